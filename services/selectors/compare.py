"""Compare two versions of a page: its notes and its facts."""

from __future__ import annotations

from dataclasses import dataclass

from services.models import Category, Page, Revision
from services.pages.revisions import find_revision, tags_at
from services.text.diff import Diff, diff


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of a page before and after; blank where there was none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """`old` is None where the page began with `new`; neighbours are pairs of versions."""

    old: Revision | None
    new: Revision
    facts: list[Fact]
    diff: Diff
    earlier: tuple[int, int] | None
    later: tuple[int, int] | None


def compare_versions(page: int, old: int, new: int) -> Comparison | None:
    """Compare two versions, given in any order; None if one of them does not exist."""
    old, new = sorted((old, new))
    after, before = find_revision(page, new), find_revision(page, old)
    if after is None or (before is None and Revision.objects.filter(page=page, version__lt=new)):
        return None
    return Comparison(
        old=before,
        new=after,
        facts=fact_changes(before, after),
        diff=diff(before.notes if before else "", after.notes),
        earlier=_change_until(page, old) if before else None,
        later=_change_after(page, new),
    )


def fact_changes(before: Revision | None, after: Revision) -> list[Fact]:
    # To find the tags of a version takes longer the longer ago they were changed.
    between = Revision.objects.filter(
        page=after.page_id, version__lte=after.version, tags__isnull=False
    )
    tags = before is None or between.filter(version__gt=before.version).exists()
    old, new = facts_of(before, tags=tags) if before else {}, facts_of(after, tags=tags)
    both = {label: (old.get(label, ""), value) for label, value in new.items()}
    return [Fact(label, a, b) for label, (a, b) in both.items() if a != b]


def facts_of(then: Revision, *, tags: bool = True) -> dict[str, str]:
    """Return the facts of a page in a version as texts, by label.

    Without `tags` these stay blank.
    """
    # One in the trash is gone for those who read this.
    about = Page.objects.filter(pk=then.about_id).first() if then.about_id else None
    return {
        "Title": then.title,
        "Abbreviation": then.abbreviation,
        "Kind": str(Page.Kind(then.kind).label),
        "Category": _category(then.category_id),
        "Other names": ", ".join(map(str, then.aliases)),
        "Tags": ", ".join(sorted(tags_at(then.page_id, then.version))) if tags else "",
        "Address": then.slug,
        "AWS id": then.aws_id,
        "About": str(about) if about else "a page that is gone" if then.about_id else "",
    }


def _category(pk: int | None) -> str:
    if pk is None:
        return ""
    found = Category.objects.filter(pk=pk).values_list("name", flat=True).first()
    return found or "a category that is gone"


def _change_until(page: int, version: int) -> tuple[int, int] | None:
    """Return the change, or run of ticks, that made a version."""
    heads = Revision.objects.of_page(page).heads().filter(version__lte=version)
    first = heads.values_list("version", flat=True).first()
    return None if first is None else (first - 1, version)


def _change_after(page: int, version: int) -> tuple[int, int] | None:
    """Return the change, or run of ticks, after a version; None if it is the newest."""
    rows = Revision.objects.filter(page=page)
    if not rows.filter(version=version + 1).exists():
        return None
    heads = rows.heads().filter(version__gt=version + 1).order_by("version")
    following = heads.values_list("version", flat=True).first()
    newest = rows.order_by("-version").values_list("version", flat=True)[0]
    return version, following - 1 if following else newest
