"""The pages among which a query looks: its filters as a query of the database."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import EmptyResultSet
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from taggit.models import Tag, TaggedItem

from services.aws import catalog
from services.models import Attachment, Category, ChecklistItem, Page, Question
from services.search.backends.base import ALL, Among, Engine, Match
from services.search.query import Changed, Query

NOTHING: Among = ("SELECT 0 WHERE 1 = 0", ())
# More than any site has pages.
EVERY = 1_000_000_000
LEFT = (ChecklistItem.State.OPEN, ChecklistItem.State.DOING)


def narrowed(query: Query) -> QuerySet[Page]:
    """The pages that a query's filters leave."""
    pages = Page.objects.order_by()
    for name in dict.fromkeys(query.categories):
        pages = pages.filter(_category(name))
    for name in {catalog.name_key(name) for name in query.tags}:
        pages = pages.filter(_tag(name))
    if query.has_attachment:
        pages = pages.filter(Exists(Attachment.objects.live().filter(page=OuterRef("pk"))))
    for state in query.states:
        pages = pages.filter(_state(state, asked="question" in query.states))
    for changed in query.changed:
        pages = pages.filter(_when(changed))
    return pages


def _state(state: str, *, asked: bool) -> Q:
    """Pages with something open or done: a checklist item or a question, or where questions are
    `asked` for, a question."""
    items = ChecklistItem.objects.filter(page=OuterRef("pk"))
    questions = Question.objects.filter(page=OuterRef("pk"))
    if state == "question":
        return Q(Exists(questions.shown()))
    if state == "open":
        found, items = questions.open(), items.filter(state__in=LEFT)
    else:
        found, items = questions.answered(), items.filter(state=ChecklistItem.State.DONE)
    return Q(Exists(found)) if asked else Q(Exists(found)) | Q(Exists(items))


def among(query: Query) -> Among | None:
    """The same as SQL, or None where nothing is narrowed."""
    if not query.narrowed:
        return None
    try:
        sql, values = narrowed(query).values("pk").query.sql_with_params()
    except EmptyResultSet:
        return NOTHING
    return sql, values


def newest(index: Engine, query: Query, within: Among | None, most: int) -> tuple[list[int], int]:
    """For a query without words: what its filters leave, the last changed first."""
    pages = narrowed(query)
    ids = pages.order_by("-updated_at", "-pk").values_list("pk", flat=True)
    if not query.without:
        return list(ids[:most]), pages.count()
    holding = index.matching(Match((query.without,)), within, ALL, EVERY, ranked=False)
    without = dict(holding)
    left = [pk for pk in ids if pk not in without]
    return left[:most], len(left)


def _tag(key: str) -> Q:
    """The pages with a tag, by any spelling of its name. No joins: a query may name many tags, and
    SQLite joins 64 tables at most; and it knows the case of ASCII alone."""
    tags = [
        pk for pk, name in Tag.objects.values_list("pk", "name") if catalog.name_key(name) == key
    ]
    kind = ContentType.objects.get_for_model(Page)
    items = TaggedItem.objects.filter(content_type=kind, tag__in=tags)
    return Q(pk__in=items.values("object_id"))


def _category(name: str) -> Q:
    """The pages of a category, by its address, its name or a name that files may use; of "topics",
    those in none."""
    if catalog.name_key(name) in ("topic", "topics"):
        return Q(category=None)
    wanted, known = catalog.name_key(name), catalog.category_named(name)
    rows = Category.objects.values_list("pk", "name", "slug")
    whole = [
        pk
        for pk, title, slug in rows
        if wanted in (slug, catalog.name_key(title)) or title == known
    ]
    begins = [
        pk
        for pk, title, slug in rows
        if catalog.name_key(title).startswith(wanted) or slug.startswith(wanted)
    ]
    return Q(category__in=whole or begins)


def _midnight(day: date, days: int = 0) -> datetime:
    """The beginning of a day in this site's time, so many days later; of days at either end of the
    calendar one that other time zones have, too."""
    within = min(max(day, date.min + timedelta(days=2)), date.max - timedelta(days=2))
    return datetime.combine(
        within + timedelta(days=days), time.min, timezone.get_current_timezone()
    )


def _when(changed: Changed) -> Q:
    begin, end = _midnight(changed.first), _midnight(changed.last, days=1)
    return {
        ">": Q(updated_at__gte=end),
        ">=": Q(updated_at__gte=begin),
        "<": Q(updated_at__lt=begin),
        "<=": Q(updated_at__lt=end),
        "=": Q(updated_at__gte=begin, updated_at__lt=end),
    }[changed.sign]
