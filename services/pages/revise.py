"""Create, revise and delete a page: every change of notes or facts passes here, or its bulk
sibling in an import.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Max, Q

from services.aws import catalog
from services.db.locks import lock_names
from services.models import OldAddress, Page, Reason, StaleVersion
from services.models.pages import one_line
from services.models.slugs import Slugs, slug_stem
from services.pages.derive import derive
from services.pages.names import refresh_names, resolve_again
from services.pages.revisions import ADVANCED, advance, record
from services.search.document import OUTLINED, build_outline

# Facts that its names depend on, and those that the reading of its notes depends on.
NAMING = {"kind", "title", "abbreviation", "aliases", "aws_id"}
READING = {"kind", "title", "notes"}


class Trashed(Exception):
    """The page is in the trash, so nothing can be saved in it."""

    def __init__(self, page: Page) -> None:
        super().__init__(f"“{page.title}” is in the trash. Restore it to save in it.")
        self.page = page


def lock_live(page: Page) -> Page:
    """Return a page as it is now, locked until the transaction ends. Raises Trashed."""
    current = Page.everything.locked().get(pk=page.pk)
    if current.trashed_at:
        raise Trashed(current)
    return current


def create(page: Page) -> Page:
    """Store a new page with its first revision, and derive its rows; returns it.

    `updated_by` and `last_reason` are who creates it and from where. A blank slug, position or AWS
    id is filled in. Raises IntegrityError where another page has its title, slug or AWS id.
    """
    page.title, page.abbreviation = one_line(page.title), one_line(page.abbreviation)
    with transaction.atomic():
        lock_names()
        page.slug = page.slug or free_slug(page, page.title)
        if not page.position:
            page.position = (Page.everything.aggregate(last=Max("position"))["last"] or 0) + 1
        if page.is_service and not page.aws_id:
            page.aws_id = free_aws_id(page)
        page.last_reason = page.last_reason or Reason.SITE
        page.outline = build_outline(page)
        page.save()
        resolve_again(refresh_names([page]))
        derive([page], fresh=True)
        record([page], created=True)
    return page


def revise(
    page: Page,
    notes: str | None = None,
    *,
    version: int,
    by: AbstractBaseUser | None = None,
    reason: str = Reason.SITE,
    tags: Collection[str] | None = None,
    **facts: Any,
) -> None:
    """Store new notes, facts (fields of the page) and tags as one revision, in one transaction.

    `version` is the version that they were written on. Raises StaleVersion, and stores nothing,
    when the page was saved since or is in the trash. Without a change there is no revision.
    Afterwards `page` is as stored.
    """
    with transaction.atomic():
        current = Page.everything.locked().get(pk=page.pk)
        if current.version != version or current.trashed_at:
            raise StaleVersion(current)
        wanted = facts if notes is None else {"notes": notes, **facts}
        for name in {"title", "abbreviation"} & wanted.keys():
            wanted[name] = one_line(wanted[name])
        changed = {k: value for k, value in wanted.items() if getattr(current, k) != value}
        if tags is not None and set(tags) == set(current.tags.names()):
            tags = None
        old_slug = current.slug
        for name, value in changed.items():
            setattr(current, name, value)
        if changed.keys() == {"position"} and tags is None:
            current.save(update_fields=["position"])
        elif changed or tags is not None:
            _store(current, changed, tags, by, reason)
        if current.slug != old_slug:
            OldAddress.objects.update_or_create(slug=old_slug, defaults={"page": current})
            OldAddress.objects.filter(slug=current.slug).delete()
        for field in Page._meta.concrete_fields:
            setattr(page, field.attname, getattr(current, field.attname))


def _store(
    page: Page,
    changed: Collection[str],
    tags: Collection[str] | None,
    by: AbstractBaseUser | None,
    reason: str,
) -> None:
    if not (NAMING | {"slug"}).isdisjoint(changed):
        lock_names()
    folded = advance(page, by, reason)
    if not OUTLINED.isdisjoint(changed):
        page.outline = build_outline(page)
        changed = {*changed, "outline"}
    page.save(update_fields=[*changed, *ADVANCED])
    if tags is not None:
        page.tags.set(sorted(tags))
    if not NAMING.isdisjoint(changed):
        other_kind = [page.pk] if "kind" in changed else []
        resolve_again(refresh_names([page], other_kind=other_kind))
    if not READING.isdisjoint(changed):
        derive([page])
    record([page], tags=tags is not None, folded=folded)


def delete(page: Page) -> None:
    """Delete a page for good, with its history, and resolve links to it again.

    Users move pages to the trash instead (`services.pages.trash`).
    """
    with transaction.atomic():
        # Those that are about it are written as well.
        list(Page.everything.filter(Q(pk=page.pk) | Q(about=page.pk)).locked().only("pk"))
        lock_names()
        names = list(page.page_names.values_list("key", flat=True))
        page.delete()
        resolve_again(names)


def free_slug(page: Page, title: str) -> str:
    """Return an address for a title that no other page has or had; the page's old ones are free."""
    stem = slug_stem(title, page.kind)
    pages = Page.everything.exclude(pk=page.pk).filter(slug__startswith=stem)
    old = OldAddress.objects.exclude(page=page.pk).filter(slug__startswith=stem)
    taken = {*pages.values_list("slug", flat=True), *old.values_list("slug", flat=True)}
    return Slugs(taken).take(title, page.kind)


def free_aws_id(page: Page) -> str:
    """Return the AWS id that goes with the page's title; blank where another service has it."""
    known = catalog.find_service(str(page)) or catalog.find_service(page.title)
    return known.aws_id if known and not is_aws_id_taken(known.aws_id, page) else ""


def is_aws_id_taken(aws_id: str, page: Page) -> bool:
    """Tell whether a service other than this page has an AWS id."""
    others = Page.objects.filter(kind=Page.Kind.SERVICE).exclude(pk=page.pk)
    return bool(aws_id) and others.filter(aws_id=aws_id).exists()
