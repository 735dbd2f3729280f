"""Restore an older version of a page: its notes byte for byte, and its facts."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser

from services.aws.catalog import name_key
from services.db.locks import atomic_with_retries
from services.models import Category, Page, PageName, Reason, Revision
from services.pages.names import KEY_LENGTH
from services.pages.revise import is_aws_id_taken, revise
from services.pages.revisions import find_revision, tags_at


class NoSuchVersion(Exception):
    """The page never had that version."""


@dataclass(frozen=True, slots=True)
class Restored:
    """The page as it is now, whether it changed, and sentences on what could not be restored."""

    page: Page
    changed: bool
    left: tuple[str, ...]


@atomic_with_retries
def restore_version(
    page: Page, version: int, *, seen: int, by: AbstractBaseUser | None
) -> Restored:
    """Restore a version of a page, as one revision.

    `seen` is the newest version that the user saw. Raises StaleVersion, and stores nothing, when
    the page was saved since or is in the trash; NoSuchVersion where there is none. The page's
    address stays: links from elsewhere lead to it.
    """
    current = Page.everything.locked().get(pk=page.pk)
    then = find_revision(current.pk, version)
    if then is None:
        raise NoSuchVersion
    left: list[str] = []
    facts = _restore_category(current, then, left)
    facts |= {"abbreviation": then.abbreviation, "aliases": then.aliases}
    facts["title"] = _restore_title(current, then, left)
    facts["aws_id"] = _restore_aws_id(current, then, str(facts["kind"]), left)
    tags = tags_at(current.pk, version)
    revise(current, then.notes, version=seen, by=by, reason=Reason.RESTORE, tags=tags, **facts)
    return Restored(current, current.version != seen, tuple(left))


def _restore_title(current: Page, then: Revision, left: list[str]) -> str:
    names = PageName.objects.filter(key=name_key(then.title)[:KEY_LENGTH], rank=PageName.Rank.TITLE)
    other = names.exclude(page=current.pk).values_list("page__title", flat=True).first()
    if other is None:
        return then.title
    left.append(f"Another page is called “{other}” now, so this one stays “{current.title}”.")
    return current.title


def _restore_category(current: Page, then: Revision, left: list[str]) -> dict[str, object]:
    """Return the kind, the category, and the page that it is about."""
    if then.kind == Page.Kind.SERVICE:
        category = Category.objects.filter(pk=then.category_id or 0).first()
        if category is not None:
            return {"kind": then.kind, "category": category, "about": None}
        where = f"stays in {current.category}" if current.category else "stays a topic"
        left.append(f"The category that it was in is gone, so the page {where}.")
        return {"kind": current.kind, "category": current.category, "about": current.about}
    about = Page.everything.exclude(pk=current.pk).filter(pk=then.about_id or 0).first()
    if then.about_id and about is None:
        left.append("The page that it was about is gone.")
    return {"kind": then.kind, "category": None, "about": about}


def _restore_aws_id(current: Page, then: Revision, kind: str, left: list[str]) -> str:
    if kind != Page.Kind.SERVICE or not is_aws_id_taken(then.aws_id, current):
        return then.aws_id
    left.append(f"Another page has the AWS id “{then.aws_id}” now.")
    return "" if is_aws_id_taken(current.aws_id, current) else current.aws_id
