"""Find the example notes of a new knowledge base, and remove them."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet

from services.db.locks import atomic_with_retries
from services.models import Document, Page
from services.pages.trash import throw_away


def example_documents() -> QuerySet[Document]:
    """Return the documents that were imported from our own examples."""
    return Document.objects.filter(folder=str(settings.BASE_DIR / "examples"))


def example_pages() -> QuerySet[Page]:
    """Return the pages of the examples; those of a later version than 1 were changed here."""
    return Page.objects.filter(section__document__in=example_documents())


@atomic_with_retries
def remove_examples(by: AbstractBaseUser | None) -> int:
    """Move the example pages to the trash and forget their files; return how many pages went."""
    pages = list(example_pages())
    for page in pages:
        throw_away(page, by=by)
    example_documents().delete()
    return len(pages)
