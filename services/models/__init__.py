"""The tables: pages, what is derived from their notes, their files, drafts and history."""

from services.models.attachments import Attachment
from services.models.categories import Category
from services.models.derived import ChecklistItem, Link, PageName, Question, Word
from services.models.documents import Document, Section
from services.models.drafts import Draft
from services.models.history import Revision
from services.models.pages import Page, Reason, Service, StaleVersion, Topic
from services.models.slugs import OldAddress

__all__ = (
    "Attachment",
    "Category",
    "ChecklistItem",
    "Document",
    "Draft",
    "Link",
    "OldAddress",
    "Page",
    "PageName",
    "Question",
    "Reason",
    "Revision",
    "Section",
    "Service",
    "StaleVersion",
    "Topic",
    "Word",
)
