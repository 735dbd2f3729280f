"""Tags of many pages at once; they differ in more than case (TAGGIT_CASE_INSENSITIVE)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from taggit.models import Tag, TaggedItem

from services.db.bulk import chunks, insert_rows
from services.models import Page


def drop_tags(page: int, names: Iterable[str]) -> None:
    """Take tags off a page."""
    for name in {name.casefold() for name in names}:
        _on_pages().filter(object_id=page, tag__name__iexact=name).delete()


def add_tags(wanted: Iterable[tuple[int, str]]) -> None:
    """Put tags on pages, by page and name."""
    tags = {tag.name.casefold(): tag for tag in Tag.objects.all()}
    rows: dict[tuple[int, int], None] = {}
    for page, name in wanted:
        tag = tags.get(name.casefold()) or Tag.objects.create(name=name)
        tags[name.casefold()] = tag
        rows[page, tag.pk] = None
    for some in chunks(list({page for page, _ in rows})):
        there = _on_pages().filter(object_id__in=some)
        for at in there.values_list("object_id", "tag_id"):
            rows.pop(at, None)
    kind = ContentType.objects.get_for_model(Page)
    columns = ("content_type_id", "object_id", "tag_id")
    insert_rows(TaggedItem, columns, ((kind.pk, page, tag) for page, tag in rows))


def _on_pages() -> Any:
    return TaggedItem.objects.filter(content_type=ContentType.objects.get_for_model(Page))
