"""Revising a page: what is stored, and when nothing is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.models import Category, Page, StaleVersion
from services.pages.revise import revise
from tests.support.pages import make_service, revise_by_fields

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


@pytest.fixture
def s3(db) -> Page:
    return make_service(
        title="S3",
        category=Category.objects.get(name="Data Store"),
        notes="Is it a disk?\n\nTo do\n\n- [ ] buckets\n- [ ] [[EC2]] access\n",
    )


def test_revising_stores_the_text_and_counts_the_version(s3, editor):
    revise(s3, "New.\n", version=1, by=editor)
    stored = Page.objects.get(pk=s3.pk)
    assert (stored.notes, stored.version, stored.updated_by) == ("New.\n", 2, editor)
    assert not stored.items.exists()


def test_unchanged_notes_are_no_revision(s3):
    revise(s3, s3.notes, version=1)
    assert Page.objects.get(pk=s3.pk).version == 1


def test_revising_an_old_version_is_refused_and_stores_nothing(s3):
    old = Page.objects.get(pk=s3.pk)
    revise(s3, "First.\n", version=1)
    with pytest.raises(StaleVersion) as error:
        revise(old, "Second.\n", version=1)
    assert error.value.current.notes == "First.\n"
    assert Page.objects.get(pk=s3.pk).notes == "First.\n"


def test_saving_an_object_that_is_not_up_to_date_overwrites_nothing(s3):
    stale = Page.objects.get(pk=s3.pk)
    revise(s3, "Theirs", version=1)
    stale.notes = "Mine"
    with pytest.raises(StaleVersion):
        revise_by_fields(stale)
    assert Page.objects.get(pk=s3.pk).notes == "Theirs"


def test_nothing_else_writes_pages() -> None:
    """Every writer advances the version; these are the places where notes are stored at all."""
    root = Path(__file__).resolve().parents[2] / "services"
    writes = re.compile(r"\b(page|current)\.save\(|update_rows\(Page, [^)]*COLUMNS")
    writers = {
        str(file.relative_to(root))
        for file in root.rglob("*.py")
        if "attachments" not in file.parts and writes.search(file.read_text(encoding="utf-8"))
    }
    names = ("resolve_conflict", "revise", "tick", "trash")
    expected = {"sync/apply.py", *(f"pages/{name}.py" for name in names)}
    assert writers == expected
