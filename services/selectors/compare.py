"""Compare two versions of a page: its notes and its facts."""

from __future__ import annotations

from dataclasses import dataclass

from services.models import Category, Page, Revision
from services.pages.revisions import find_revision, tags_at
from services.text.diff import Diff, diff


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions and their differences; `old` is None if the page was created with `new`.

    `facts` has label, old and new text of each different fact, `earlier` and `later` are the
    versions before and after the neighbouring changes.
    """

    old: Revision | None
    new: Revision
    facts: list[tuple[str, str, str]]
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
        facts=_compare_facts(before, after),
        diff=diff(before.notes if before else "", after.notes),
        earlier=_find_change(page, old) if before else None,
        later=_find_next_change(page, new),
    )


def _compare_facts(before: Revision | None, after: Revision) -> list[tuple[str, str, str]]:
    # Finding the tags of a version takes longer the longer ago they were changed.
    between = Revision.objects.filter(
        page=after.page_id, version__lte=after.version, tags__isnull=False
    )
    tags = before is None or between.filter(version__gt=before.version).exists()
    old, new = list_facts(before, tags=tags) if before else {}, list_facts(after, tags=tags)
    both = [(label, old.get(label, ""), value) for label, value in new.items()]
    return [fact for fact in both if fact[1] != fact[2]]


def list_facts(then: Revision, *, tags: bool = True) -> dict[str, str]:
    """Return the facts of a page in a version as texts, by label; blank tags without `tags`."""
    # A page in the trash is shown as gone.
    about = Page.objects.filter(pk=then.about_id).first() if then.about_id else None
    return {
        "Title": then.title,
        "Abbreviation": then.abbreviation,
        "Kind": str(Page.Kind(then.kind).label),
        "Category": _find_category(then.category_id),
        "Other names": ", ".join(map(str, then.aliases)),
        "Tags": ", ".join(sorted(tags_at(then.page_id, then.version))) if tags else "",
        "Address": then.slug,
        "AWS id": then.aws_id,
        "About": str(about) if about else "a page that is gone" if then.about_id else "",
    }


def _find_category(pk: int | None) -> str:
    if pk is None:
        return ""
    found = Category.objects.filter(pk=pk).values_list("name", flat=True).first()
    return found or "a category that is gone"


def _find_change(page: int, version: int) -> tuple[int, int] | None:
    """Return the versions before and after the change, or run of ticks, that made a version."""
    heads = Revision.objects.of_page(page).heads().filter(version__lte=version)
    first = heads.values_list("version", flat=True).first()
    return None if first is None else (first - 1, version)


def _find_next_change(page: int, version: int) -> tuple[int, int] | None:
    """Return the versions before and after the next change; None if the version is the newest."""
    rows = Revision.objects.filter(page=page, version__gt=version).order_by("version")
    newest = rows.values_list("version", flat=True).last()
    heads = rows.heads().filter(version__gt=version + 1).order_by("version")
    following = heads.values_list("version", flat=True).first()
    last = following - 1 if following else newest
    return None if last is None else (version, last)
