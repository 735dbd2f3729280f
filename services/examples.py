"""The example notes of a new knowledge base: telling whether they are there, and removing them."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from services.models import Document, Page


def example_documents() -> QuerySet[Document]:
    """The documents that were imported from our own examples."""
    return Document.objects.filter(folder=str(settings.BASE_DIR / "examples"))


def is_as_it_came(page: Page) -> bool:
    """Is a page what its file made it, in all that a person can change?"""
    section = page.section
    first = section.position == 0
    tags = {tag.name.casefold() for tag in page.tags.all()}
    return (
        page.notes == section.base
        and str(page) == section.page_title
        and list(page.aliases) == (section.document.aliases if first else [])
        and tags == {tag.casefold() for tag in (section.document.tags if first else [])}
        and not page.questions.filter(dismissed=True).exists()
        and not page.attachments.filter(reference="").exists()
    )


@transaction.atomic
def remove_examples() -> int:
    """Remove the example notes; returns how many pages went.

    Pages that were changed here since stay, without a document: they are somebody's work now.
    """
    documents = example_documents()
    found = Page.objects.filter(section__document__in=documents)
    pages = [page for page in found.select_related("section__document") if is_as_it_came(page)]
    went = len(pages)
    for page in pages:
        for attachment in page.attachments.all():
            attachment.delete()
        page.delete()
    documents.delete()
    return went
