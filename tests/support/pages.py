"""Pages for tests, created as the site creates them."""

from typing import Any

from services.models import Page, Service, Topic
from services.pages.revise import create, revise


def make_service(**facts: Any) -> Page:
    return create(Service(kind=Page.Kind.SERVICE, **facts))


def make_topic(**facts: Any) -> Page:
    return create(Topic(kind=Page.Kind.TOPIC, **facts))


def revise_by_fields(page: Page) -> None:
    """Revise a page with what its object says now."""
    names = ("kind", "category", "title", "abbreviation", "slug", "aliases", "aws_id", "about")
    facts = {name: getattr(page, name) for name in names}
    revise(page, page.notes, version=page.version, position=page.position, **facts)
