"""Pages that are searched for, and what is found of them."""

from __future__ import annotations

from services.models import Category, Page
from services.pages.revise import create
from services.search.search import search_pages


def page(title: str, notes: str = "", **facts: object) -> Page:
    tags = facts.pop("tags", ())
    if facts.get("category"):
        facts |= {"kind": "service", "category": Category.objects.get(slug=facts["category"])}
    made = create(Page(**({"kind": "topic", "title": title, "notes": notes} | facts)))
    if tags:
        made.tags.add(*tags)
    return made


def titles(query: str, **options: object) -> list[str]:
    return [hit.name for hit in search_pages(query, **options).hits]


def shown(pieces: tuple[tuple[str, bool], ...]) -> str:
    return "".join(f"[{text}]" if marked else text for text, marked in pieces)
