"""The example notes of a new knowledge base: telling whether they are there, and removing them."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from services.db.locks import retried
from services.models import Document, Page
from services.pages.trash import destroy


def example_documents() -> QuerySet[Document]:
    """The documents that were imported from our own examples."""
    return Document.objects.filter(folder=str(settings.BASE_DIR / "examples"))


def is_as_it_came(page: Page) -> bool:
    """Is a page what its file made it, in all that a person can change?"""
    section = page.section
    first = section.position == 0
    kept = page.kept.get("tags", []) if page.trashed_at else page.tags.names()
    tags = {tag.casefold() for tag in kept}
    return (
        page.notes == section.base
        and str(page) == section.page_title
        and list(page.aliases) == (section.document.aliases if first else [])
        and tags == {tag.casefold() for tag in (section.document.tags if first else [])}
        and not page.questions.filter(dismissed=True).exists()
        and not any(dismissed for _, dismissed, _ in page.kept.get("questions", []))
        and not page.items.exclude(reason="").exists()
        and not any(item["reason"] for item in page.kept.get("items", []))
        and not page.attachments.filter(reference="").exists()
    )


@retried
@transaction.atomic
def remove_examples() -> int:
    """Remove the example notes for good; returns how many pages went that were not in the trash.

    Pages that were changed here since stay, without a document: they are somebody's work now.
    """
    documents = example_documents()
    found = Page.everything.filter(section__document__in=documents)
    found = found.select_related("section__document").locked()
    pages = [page for page in found if is_as_it_came(page)]
    for page in pages:
        destroy(page)
    documents.delete()
    return sum(page.trashed_at is None for page in pages)
