"""Who may ask for the pages that the editor offers for a link."""

from __future__ import annotations

import pytest

from tests.selectors.test_link_suggestions import pages, titles  # noqa: F401 (a fixture)

pytestmark = pytest.mark.django_db


def test_readers_may_and_strangers_only_in_public(as_nobody, as_editor, as_admin, settings):
    assert as_nobody.get("/pages/names/")["Location"].startswith("/login/")
    assert titles(as_editor, "ecs") == titles(as_admin, "ecs") == ["ECS"]
    settings.KB_PUBLIC = True
    assert titles(as_nobody, "ecs") == ["ECS"]


def test_rejects_post(as_editor):
    assert as_editor.post("/pages/names/").status_code == 405
