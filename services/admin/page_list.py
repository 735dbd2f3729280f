"""The columns and filters of the lists of pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from taggit.models import Tag

from services.admin.base import OptionFilter
from services.aws.catalog import name_key
from services.models import ChecklistItem, Page, PageName, Question
from services.selectors.progress import Learning, count_open_questions, read_progress

Pages = QuerySet[Page]
State = ChecklistItem.State


class ListedPage(TypedDict):
    """Annotations and attributes of each page in the list."""

    conflict: bool
    learned: Learning
    open_questions: int


class PageChangeList(ChangeList):
    """Adds progress and open questions, with a fixed number of queries for all pages shown."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        pages = [page.pk for page in self.result_list]
        learned, questions = read_progress(pages), count_open_questions(pages)
        for page in self.result_list:
            page.learned = learned.get(page.pk, Learning())
            page.open_questions = questions.get(page.pk, 0)


def search_pages(pages: Pages, words: str) -> Pages:
    """Return the pages that have each word in their title, another name or their notes."""
    for word in words.split():
        names = PageName.objects.filter(key__contains=name_key(word)).values("page")
        pages = pages.filter(Q(title__icontains=word) | Q(pk__in=names) | Q(notes__icontains=word))
    return pages


def has_items(*states: str) -> Q:
    """Return the condition that a page has an item in one of these states, or one that names it."""
    own = ChecklistItem.objects.filter(page=OuterRef("pk"), state__in=states)
    names = ChecklistItem.names.through.objects.filter(page=OuterRef("pk"))
    return Q(Exists(own)) | Q(Exists(names.filter(checklistitem__state__in=states)))


ANY_ITEM = has_items(*State.values)
STARTED = has_items(State.DONE, State.NA, State.DOING)
UNFINISHED = has_items(State.OPEN, State.DOING)
OPEN_QUESTION = Q(Exists(Question.objects.open().filter(page=OuterRef("pk"))))


class CategoryFilter(admin.RelatedFieldListFilter):
    """Without the option for services without a category: there are none."""

    include_empty_choice = False


class LearningFilter(OptionFilter):
    title = parameter_name = "learning"
    options = (
        ("todo", "Not started", ANY_ITEM & ~STARTED),
        ("doing", "Learning", STARTED & UNFINISHED),
        ("done", "Learned", ANY_ITEM & ~UNFINISHED),
    )


class QuestionsFilter(OptionFilter):
    title = parameter_name = "questions"
    options = (
        ("open", "With open questions", OPEN_QUESTION),
        ("none", "Without", ~OPEN_QUESTION),
    )


class ConflictFilter(OptionFilter):
    title = "conflict with its file"
    parameter_name = "conflict"
    options = (("yes", "To be resolved", Q(section__theirs__isnull=False)),)


class TagFilter(admin.SimpleListFilter):
    title = parameter_name = "tag"

    def lookups(self, request: HttpRequest, model_admin: object) -> Iterable[tuple[str, str]]:
        kind = ContentType.objects.get_for_model(Page)
        used = Tag.objects.filter(taggit_taggeditem_items__content_type=kind).distinct()
        return [(tag.slug, tag.name) for tag in used.order_by("name")[:100]]

    def queryset(self, request: HttpRequest, queryset: Pages) -> Pages:
        return queryset.filter(tags__slug=self.value()).distinct() if self.value() else queryset
