"""The tables: pages, what is derived from their notes, and the files they came from."""

from services.models.attachments import Attachment
from services.models.derived import ChecklistItem, Link, PageName, Question
from services.models.documents import Document, Section
from services.models.drafts import Draft
from services.models.history import Reason
from services.models.pages import (
    Category,
    OldAddress,
    Page,
    Revision,
    Service,
    StaleVersion,
    Topic,
)

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
)
