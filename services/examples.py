"""The example notes of a new knowledge base: telling whether they are there, and removing them."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from services.models import Document, Page


def example_documents() -> QuerySet[Document]:
    """The documents that were imported from our own examples."""
    return Document.objects.filter(folder=str(settings.BASE_DIR / "examples"))


@transaction.atomic
def remove_examples() -> int:
    """Remove the example notes; returns how many pages went.

    Pages that were changed here since stay, without a document: they are somebody's work now.
    """
    documents = example_documents()
    pages = Page.objects.filter(section__document__in=documents, notes=F("section__base"))
    went = len(pages)
    for page in pages:
        for attachment in page.attachments.all():
            storage, key = attachment.file.storage, str(attachment.file.name)
            attachment.delete()
            transaction.on_commit(lambda storage=storage, key=key: storage.delete(key))
        page.delete()
    documents.delete()
    return went
