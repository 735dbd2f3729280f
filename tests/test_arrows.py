"""Which module may know of which, and so what can be read and tested without the rest.

    markdown  <-  sync (plan)  <-  models, names, derive  <-  pages, views, admin, commands

Checked in the source: an import inside a function counts like any other, unless a rule says that
it may be there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted(file for folder in ("kb", "services") for file in (ROOT / folder).rglob("*.py"))


def module_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(file): file for file in FILES}


def imports(file: Path, *, inside_functions: bool = True) -> Iterator[str]:
    """The modules that a file imports; of ours, the one that is really meant."""
    stack: list[ast.AST] = [ast.parse(file.read_text(encoding="utf-8"))]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} imports relatively"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in MODULES else str(node.module)
        if inside_functions or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            stack.extend(ast.iter_child_nodes(node))


def ours(file: Path, *, inside_functions: bool = True) -> set[str]:
    found = imports(file, inside_functions=inside_functions)
    return {name for name in found if name.split(".")[0] in ("kb", "services")}


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def modules(package: str) -> list[str]:
    return [name for name in MODULES if within(name, package)]


@pytest.mark.parametrize("name", modules("services.markdown"))
def test_markdown_knows_nothing_of_ours_nor_of_django(name):
    found = set(imports(MODULES[name]))
    assert {n for n in ours(MODULES[name]) if not within(n, "services.markdown")} == set()
    assert {n for n in found if within(n, "django")} == set()


PLANNING = ("plan", "planner", "merge", "pairing", "titles")


@pytest.mark.parametrize(
    "name", [f"services.sync.{name}" for name in PLANNING if f"services.sync.{name}" in MODULES]
)
def test_a_plan_is_made_from_texts_alone(name):
    allowed = {f"services.sync.{other}" for other in PLANNING}
    found = ours(MODULES[name])
    assert {n for n in found if n not in allowed and not within(n, "services.markdown")} == set()
    assert {n for n in imports(MODULES[name]) if within(n, "django")} == set()


def test_planning_is_where_it_is_looked_for():
    assert {"services.sync.plan", "services.sync.merge", "services.sync.pairing"} <= set(MODULES)


@pytest.mark.parametrize("name", modules("services.models"))
def test_tables_stand_on_markdown_attachment_rules_and_the_catalogue(name):
    allowed = ("services.models", "services.markdown", "services.catalog")
    allowed += ("services.transactions",)
    at_start = ours(MODULES[name], inside_functions=False)
    assert {n for n in at_start if not any(within(n, base) for base in allowed)} == set()
    # Deriving writes rows and needs the tables; the methods that change notes call it in turn.
    later = ours(MODULES[name]) - at_start
    allowed_later = {"services.derive", "services.history", "services.names"}
    assert later <= allowed_later | {"services.search.outline"}


TOPS = (
    *("services.views", "services.admin", "services.urls", "kb.urls"),
    *("services.forms", "services.page_form"),
)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_nothing_stands_on_what_stands_on_top(name):
    if within(name, "kb") or any(within(name, top) for top in TOPS):
        return
    found = ours(MODULES[name])
    assert {n for n in found if any(within(n, top) for top in TOPS)} == set()


@pytest.mark.parametrize("name", modules("services.views") + modules("services.admin"))
def test_pages_and_admin_do_not_know_of_addresses(name):
    assert not {n for n in ours(MODULES[name]) if n in ("services.urls", "kb.urls")}


@pytest.mark.parametrize("name", sorted(MODULES))
def test_nothing_happens_by_signal(name):
    parts = {part for found in imports(MODULES[name]) for part in found.split(".")}
    if name.startswith("services.") and not name.startswith("services.search"):
        assert "signals" not in parts
    assert "receiver" not in MODULES[name].read_text(encoding="utf-8")


def test_there_is_no_services_py():
    assert not (ROOT / "services" / "services.py").exists()
