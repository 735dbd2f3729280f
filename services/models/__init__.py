"""The tables: pages, what is derived from their notes, and the files they came from."""

from services.models.attachments import Attachment
from services.models.derived import ChecklistItem, Link, PageName, Question
from services.models.documents import Document, Section
from services.models.pages import Category, Page, Service, StaleVersion, Topic

__all__ = (
    "Attachment",
    "Category",
    "ChecklistItem",
    "Document",
    "Link",
    "Page",
    "PageName",
    "Question",
    "Section",
    "Service",
    "StaleVersion",
    "Topic",
)
