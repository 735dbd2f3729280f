"""Turn the filters of a search query into queries of the database."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import EmptyResultSet
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from taggit.models import Tag, TaggedItem

from services.aws import catalog
from services.models import Attachment, Category, ChecklistItem, Page, Question
from services.search.backends import search_engine
from services.search.backends.base import Match, Subquery
from services.search.query import Changed, Query

NO_PAGES: Subquery = ("SELECT 0 WHERE 1 = 0", ())
# More than any site has pages.
NO_LIMIT = 1_000_000_000
UNRESOLVED = (ChecklistItem.State.OPEN, ChecklistItem.State.DOING)


def filter_pages(query: Query) -> QuerySet[Page]:
    """Return the pages that pass the filters of a query."""
    pages = Page.objects.order_by()
    for name in query.get_values("category"):
        pages = pages.filter(_match_category(name))
    for name in {catalog.name_key(name) for name in query.get_values("tag")}:
        pages = pages.filter(_match_tag(name))
    if query.get_values("has"):
        pages = pages.filter(Exists(Attachment.objects.live().filter(page=OuterRef("pk"))))
    states = query.get_values("is")
    for state in states:
        pages = pages.filter(_match_state(state, questions_only="question" in states))
    for changed in query.changed:
        pages = pages.filter(_match_changed(changed))
    return pages


def _match_state(state: str, *, questions_only: bool) -> Q:
    """Match pages with an open or done item or question, or for "question" with any question."""
    items = ChecklistItem.objects.filter(page=OuterRef("pk"))
    questions = Question.objects.filter(page=OuterRef("pk"))
    if state == "question":
        return Q(Exists(questions.shown()))
    if state == "open":
        found, items = questions.open(), items.filter(state__in=UNRESOLVED)
    else:
        found, items = questions.answered(), items.filter(state=ChecklistItem.State.DONE)
    return Q(Exists(found)) if questions_only else Q(Exists(found)) | Q(Exists(items))


def build_subquery(query: Query) -> Subquery | None:
    """Return SQL for the pages that pass the filters of a query; None without filters."""
    if not query.has_filters:
        return None
    try:
        return filter_pages(query).values("pk").query.sql_with_params()
    except EmptyResultSet:
        return NO_PAGES


def find_newest(query: Query, subquery: Subquery | None, limit: int) -> tuple[list[int], int]:
    """Return pages for a query without words, the last changed first, and how many there are."""
    pages = filter_pages(query)
    ids = pages.order_by("-updated_at", "-pk").values_list("pk", flat=True)
    if not query.without:
        return list(ids[:limit]), pages.count()
    excluded = Match((query.without,), pages=subquery)
    without = dict(search_engine().find_pages(excluded, NO_LIMIT, ranked=False))
    left = [pk for pk in ids if pk not in without]
    return left[:limit], len(left)


def _match_tag(key: str) -> Q:
    """Match pages with a tag, by any spelling of its name.

    Without joins, of which SQLite allows 64, and its comparison, which folds ASCII only.
    """
    tags = [
        pk for pk, name in Tag.objects.values_list("pk", "name") if catalog.name_key(name) == key
    ]
    kind = ContentType.objects.get_for_model(Page)
    items = TaggedItem.objects.filter(content_type=kind, tag__in=tags)
    return Q(pk__in=items.values("object_id"))


def _match_category(name: str) -> Q:
    """Match pages of a category by its slug, its name or a name used in files, or topics."""
    if catalog.name_key(name) in ("topic", "topics"):
        return Q(category=None)
    wanted, known = catalog.name_key(name), catalog.category_named(name)
    rows = Category.objects.values_list("pk", "name", "slug")
    keys = [(pk, (slug, catalog.name_key(title)), title == known) for pk, title, slug in rows]
    whole = [pk for pk, names, is_known in keys if is_known or wanted in names]
    begins = [pk for pk, names, _ in keys if any(name.startswith(wanted) for name in names)]
    return Q(category__in=whole or begins)


def _get_midnight(day: date, days: int = 0) -> datetime:
    """Return the start of a day in the site's time zone, plus `days`.

    The first and last days of the calendar are avoided: other time zones may not have them.
    """
    day = min(max(day, date.min + timedelta(days=2)), date.max - timedelta(days=2))
    return datetime.combine(day + timedelta(days=days), time.min, timezone.get_current_timezone())


def _match_changed(changed: Changed) -> Q:
    begin, end = _get_midnight(changed.first), _get_midnight(changed.last, days=1)
    return {
        ">": Q(updated_at__gte=end),
        ">=": Q(updated_at__gte=begin),
        "<": Q(updated_at__lt=begin),
        "<=": Q(updated_at__lt=end),
        "=": Q(updated_at__gte=begin, updated_at__lt=end),
    }[changed.sign]
