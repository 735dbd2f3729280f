"""The style sheets keep to one scale, and a page loads at most three of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from django.test import Client

from services.models import Category, Question
from tests.conftest import ROOT
from tests.support.pages import make_service

CSS = ROOT / "static" / "css"
SHEETS = sorted(CSS.rglob("*.css"))
TOKENS, ADMIN = CSS / "tokens.css", CSS / "admin.css"
BREAKPOINTS = {"30rem", "50rem", "75rem"}
NOTES = "# Ways\n\nDoes it scale?\n\nWords.\n"

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
STRING = re.compile(r'"[^"]*"')
PIECE = re.compile(r"([^{};]*)([{};])")
COLOUR = re.compile(
    r"#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\(|"
    r"(?<![\w-])(?:black|white|gr[ae]y|silver|red|maroon|orange|yellow|gold|olive|lime|green|teal|"
    r"aqua|cyan|blue|navy|purple|violet|fuchsia|magenta|pink|brown|tan|crimson|coral|indigo|"
    r"(?:dark|light|medium|deep|dim|hot|pale|slate|steel|royal|sky|sea|forest|midnight)[a-z]+"
    r"(?<!light-dark))(?![\w(-])",
    re.IGNORECASE,
)
SIZE = re.compile(r"var\(--size-(?:[1-6]|code)\)|inherit")
SPACED = re.compile(r"(?:margin|padding)(?:-[a-z-]+)?|(?:row-|column-)?gap")
# A margin of one pixel lays a line over another.
SPACE = re.compile(r"0|auto|-1px|var\(--space-[1-8]\)")
CALCULATED = re.compile(r"calc\((?:var\(--(?:space-[1-8]|header|edit-bar)\)|[-\d.+* ])+\)")


class Declaration(NamedTuple):
    """One declaration, with what it stands in, the outermost first."""

    within: tuple[str, ...]
    name: str
    value: str


def declarations(text: str) -> Iterator[Declaration]:
    """Yield the declarations of a style sheet, and its blocks and statements without a value."""
    within: list[str] = []
    for words, end in PIECE.findall(STRING.sub('""', COMMENT.sub("", text))):
        words = " ".join(words.split())
        if end == "{":
            within.append(words)
            yield Declaration(tuple(within), "", "")
        elif words.startswith("@"):
            yield Declaration((*within, words), "", "")
        elif words:
            name, _, value = words.partition(":")
            yield Declaration(tuple(within), name.strip(), value.strip())
        if end == "}":
            within.pop()


def faults(path: Path, text: str) -> list[str]:
    """List what in a style sheet is outside the scale or outside the layers."""
    found = []
    for within, name, value in declarations(text):
        place = f"{path.name}: {' '.join(within)} {name}: {value}"
        if not name:
            found += breakpoints(place, within[-1])
        elif name.startswith("--"):
            found += [place] if path != TOKENS and COLOUR.search(value) else []
        elif within[-1] != "@page":
            layered = path == ADMIN or any(part.startswith("@layer") for part in within)
            right = layered and (path == TOKENS or is_on_scale(name, value))
            found += [] if right else [place]
    return found


def breakpoints(place: str, block: str) -> list[str]:
    """List the fault of a block at another width, or of an import."""
    if block.startswith("@import"):
        return [place]
    if block.startswith(("@media", "@container")):
        lengths = re.findall(r"[\d.]+(?:px|r?em|v[wh]|ch)", block)
        return [place] if set(lengths) - BREAKPOINTS else []
    return []


def is_on_scale(name: str, value: str) -> bool:
    """Tell whether a declaration takes its colour, size of type or space from the tokens."""
    if COLOUR.search(value):
        return False
    if name in ("font-size", "font"):
        return bool(SIZE.fullmatch(value))
    if SPACED.fullmatch(name):
        rest = CALCULATED.sub("0", value)
        return all(SPACE.fullmatch(part) for part in rest.split())
    return True


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_a_sheet_keeps_to_the_scale_and_the_layers(path: Path) -> None:
    assert faults(path, path.read_text()) == []


def test_the_tokens_are_few_and_the_layers_declared_once() -> None:
    names = [each.name for each in declarations(TOKENS.read_text())]
    assert len([name for name in names if re.fullmatch(r"--size-\d", name)]) == 6
    assert len([name for name in names if name.startswith("--space-")]) == 8
    orders = [path.name for path in SHEETS if re.search(r"@layer [^{};]+;", path.read_text())]
    assert orders == ["tokens.css"]


@pytest.mark.parametrize(
    "rule",
    [
        "a { color: #fff; }",
        "a { background: rgb(0 0 0 / 10%); }",
        "a { border: 1px solid red; }",
        "a { --own: darkblue; }",
        "a { color: oklch(50% 0 0); }",
        "a { font-size: 1rem; }",
        "a { font-size: var(--size-7); }",
        "a { font: 1rem/2 serif; }",
        "a { margin: 0 0.3rem; }",
        "a { padding-inline-start: 12px; }",
        "a { gap: var(--space-9); }",
        "a { margin: calc(var(--space-1) + 3px); }",
        "@media (width <= 40rem) { a { top: 0; } }",
        "@media (min-width: 800px) { a { top: 0; } }",
        "@container editor (width < 20rem) { a { top: 0; } }",
        "@import url(other.css);",
    ],
)
def test_a_fault_is_found(rule: str) -> None:
    path = CSS / "base.css"
    assert faults(path, f"@layer base {{ {rule} }}")
    assert not faults(path, "@layer base { a { margin: calc(-1 * var(--space-2)) auto; } }")


def test_a_rule_outside_the_layers_is_found() -> None:
    assert faults(CSS / "base.css", "a { top: 0; }")
    assert faults(CSS / "base.css", "@media print { a { top: 0; } }")


def test_a_page_loads_at_most_three_sheets(as_admin: Client) -> None:
    category = Category.objects.get(slug="compute")
    page = make_service(title="Lambda", category=category, notes=NOTES)
    question = Question.objects.get()
    at = f"/pages/{page.slug}"
    paths = [
        "/",
        "/categories/compute/",
        "/topics/",
        "/checklist/",
        "/questions/",
        "/tags/",
        "/trash/",
        "/search/",
        "/search/?q=lambda",
        "/keys/",
        "/changes/",
        "/pages/new/",
        "/nothing/",
        f"/services/{page.slug}/",
        f"/questions/{question.pk}/",
        f"{at}/ask/",
        f"{at}/edit/",
        f"{at}/history/",
        f"{at}/history/1/",
        f"{at}/history/compare/?old=0&new=1",
        f"{at}/delete/",
        f"{at}/files/",
        f"{at}/split/?section=ways",
        "/admin/",
        "/admin/services/service/",
        f"/admin/services/service/{page.pk}/change/",
        "/admin/services/attachment/",
        "/admin/services/document/import/",
        "/admin/auth/user/",
    ]
    for path in paths:
        html = as_admin.get(path).content.decode()
        links = re.findall(r'<link[^>]*href="/static/(css/[^"]+)"', html)
        assert 2 <= len(links) <= 3, (path, links)
        assert len(set(links)) == len(links), path
