"""Scripts under hashed names: every import leads to one that is there, and pages work with them."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Route, expect

from tests.conftest import ROOT
from tests.support.pages import make_topic

IMPORT = re.compile(r"""(?:\bfrom|^import|\bimport\()\s*["']([^"']+)["']""", re.MULTILINE)
HASHED = re.compile(r"\.[0-9a-f]{12}\.js$")
SOURCES = [path for path in (ROOT / "static" / "js").rglob("*.js") if path.name != "theme.js"]


@pytest.fixture
def collected(settings: Any, tmp_path: Path) -> Path:
    settings.STATIC_ROOT = tmp_path / "static"
    hashed = {"BACKEND": "kb.static_files.HashedStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": hashed}
    call_command("collectstatic", "--noinput", verbosity=0)
    return settings.STATIC_ROOT


def test_every_import_leads_to_a_hashed_name_that_is_there(collected: Path) -> None:
    modules = [path for path in (collected / "js").rglob("*.js") if HASHED.search(path.name)]
    assert len(modules) == len(SOURCES) + 1
    found = [(path, name) for path in modules for name in IMPORT.findall(path.read_text())]
    assert len(found) == sum(len(IMPORT.findall(path.read_text())) for path in SOURCES)
    for path, name in found:
        assert HASHED.search(name), (path, name)
        assert Path(posixpath.normpath(path.parent / name)).is_file(), (path, name)


def test_scripts_share_no_globals() -> None:
    assert [path for path in SOURCES if re.search(r"window\.kb\w", path.read_text())] == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_page_and_its_editor_work_with_hashed_names(collected, tabs, editor):
    asked: list[str] = []

    def serve(route: Route) -> None:
        asked.append(route.request.url)
        path = route.request.url.split("/static/")[1]
        route.fulfill(path=collected / path)

    make_topic(title="Plan", notes="# One\n\n- [ ] Read\n")
    tab = tabs(editor, "about:blank")
    tab.context.route("**/static/**", serve)
    tab.goto("/topics/plan/")
    box = tab.get_by_role("checkbox", name="Read")
    with tab.expect_response("**/items/tick/"):
        box.click()
    expect(box).to_have_attribute("aria-checked", "true")
    tab.goto("/pages/plan/edit/")
    expect(tab.locator(".editor-preview h2")).to_be_visible()
    expect(tab.locator("#kb-editing .editing-draft")).to_have_count(1)
    scripts = [url for url in asked if url.endswith(".js")]
    assert scripts
    assert all(HASHED.search(url) for url in scripts)
