"""Add and remove tags of many pages; names ignore case (TAGGIT_CASE_INSENSITIVE)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.contrib.contenttypes.models import ContentType
from taggit.models import Tag, TaggedItem

from services.db.bulk import chunks, insert_rows
from services.models import Page


def drop_tags(unwanted: Collection[tuple[int, str]]) -> None:
    """Remove tags from pages; `unwanted` are pairs of page and name."""
    names = {(page, name.casefold()) for page, name in unwanted}
    rows = _read_tags({page for page, _ in unwanted})
    for some in chunks([pk for pk, page, _, name in rows if (page, name.casefold()) in names]):
        TaggedItem.objects.filter(pk__in=some).delete()


def add_tags(wanted: Collection[tuple[int, str]]) -> None:
    """Add tags to pages; `wanted` are pairs of page and name."""
    if not wanted:
        return
    tags = {tag.name.casefold(): tag for tag in Tag.objects.all()}
    slugs = {tag.slug for tag in tags.values()}
    new = []
    for _, name in wanted:
        if name.casefold() not in tags:
            tag = tags[name.casefold()] = Tag(name=name)
            tag.slug, number = tag.slugify(name), 0
            while tag.slug in slugs:
                number += 1
                tag.slug = tag.slugify(name, number)
            slugs.add(tag.slug)
            new.append(tag)
    Tag.objects.bulk_create(new)
    rows = dict.fromkeys((page, tags[name.casefold()].pk) for page, name in wanted)
    for _, page, tag, _ in _read_tags({page for page, _ in wanted}):
        rows.pop((page, tag), None)
    kind = ContentType.objects.get_for_model(Page)
    columns = ("content_type_id", "object_id", "tag_id")
    insert_rows(TaggedItem, columns, ((kind.pk, page, tag) for page, tag in rows))


def _read_tags(pages: Collection[int]) -> Iterator[tuple[int, int, int, str]]:
    """Yield the key, the page, the tag and the tag's name of each tag on these pages."""
    kind = ContentType.objects.get_for_model(Page)
    for some in chunks(sorted(pages)):
        rows = TaggedItem.objects.filter(content_type=kind, object_id__in=some)
        yield from rows.values_list("pk", "object_id", "tag_id", "tag__name")
