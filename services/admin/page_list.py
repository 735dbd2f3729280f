"""What the lists of pages tell and filter by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from taggit.models import Tag

from services.aws.catalog import name_key
from services.models import ChecklistItem, Page, PageName, Question
from services.selectors.progress import Learning, learning_of, open_questions_of

Pages = QuerySet[Page]
SETTLED = (ChecklistItem.State.DONE, ChecklistItem.State.NA)
BEGUN = (*SETTLED, ChecklistItem.State.DOING)
Naming = ChecklistItem.names.through


class Listed(TypedDict):
    """What the list of pages adds to each of them."""

    conflict: bool
    learned: Learning
    open_questions: int


class PageChangeList(ChangeList):
    """A list of pages that counts, for all pages it shows at once, what they have to tell."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        pages = [page.pk for page in self.result_list]
        learned, questions = learning_of(pages), open_questions_of(pages)
        for page in self.result_list:
            page.learned = learned.get(page.pk, Learning())
            page.open_questions = questions.get(page.pk, 0)


def found_by(pages: Pages, words: str) -> Pages:
    """Pages that have every word in their title, another of their names, or their notes."""
    for word in words.split():
        names = PageName.objects.filter(key__contains=name_key(word)).values("page")
        pages = pages.filter(Q(title__icontains=word) | Q(pk__in=names) | Q(notes__icontains=word))
    return pages


def items_of(page: OuterRef, **conditions: object) -> tuple[Exists, Exists]:
    """Whether a page has items such as this: of its own, or elsewhere naming it."""
    naming = {f"checklistitem__{name}": value for name, value in conditions.items()}
    return (
        Exists(ChecklistItem.objects.filter(page=page, **conditions)),
        Exists(Naming.objects.filter(page=page, **naming)),
    )


class CategoryFilter(admin.RelatedFieldListFilter):
    """Without a choice for services of no category: there are none."""

    include_empty_choice = False


class LearningFilter(admin.SimpleListFilter):
    title = "learning"
    parameter_name = "learning"

    def lookups(self, request: HttpRequest, model_admin: object) -> Iterable[tuple[str, str]]:
        return (("todo", "To learn"), ("doing", "Learning"), ("done", "Learned"))

    def queryset(self, request: HttpRequest, queryset: Pages) -> Pages:
        page = OuterRef("pk")
        own, naming = items_of(page)
        own_open, naming_open = items_of(
            page, state__in=(ChecklistItem.State.OPEN, ChecklistItem.State.DOING)
        )
        own_begun, naming_begun = items_of(page, state__in=BEGUN)
        some, unsettled = Q(own) | Q(naming), Q(own_open) | Q(naming_open)
        begun = Q(own_begun) | Q(naming_begun)
        if self.value() == "todo":
            return queryset.filter(some).exclude(begun)
        if self.value() == "doing":
            return queryset.filter(begun).filter(unsettled)
        if self.value() == "done":
            return queryset.filter(some).exclude(unsettled)
        return queryset


class QuestionsFilter(admin.SimpleListFilter):
    title = "questions"
    parameter_name = "questions"

    def lookups(self, request: HttpRequest, model_admin: object) -> Iterable[tuple[str, str]]:
        return (("open", "With open questions"), ("none", "Without"))

    def queryset(self, request: HttpRequest, queryset: Pages) -> Pages:
        has = Exists(Question.objects.open().filter(page=OuterRef("pk")))
        if self.value() == "open":
            return queryset.filter(has)
        return queryset.exclude(has) if self.value() == "none" else queryset


class ConflictFilter(admin.SimpleListFilter):
    title = "conflict with its file"
    parameter_name = "conflict"

    def lookups(self, request: HttpRequest, model_admin: object) -> Iterable[tuple[str, str]]:
        return (("yes", "To be resolved"),)

    def queryset(self, request: HttpRequest, queryset: Pages) -> Pages:
        return queryset.filter(section__theirs__isnull=False) if self.value() else queryset


class TagFilter(admin.SimpleListFilter):
    title = "tag"
    parameter_name = "tag"

    def lookups(self, request: HttpRequest, model_admin: object) -> Iterable[tuple[str, str]]:
        kind = ContentType.objects.get_for_model(Page)
        used = Tag.objects.filter(taggit_taggeditem_items__content_type=kind).distinct()
        return [(tag.slug, tag.name) for tag in used.order_by("name")[:100]]

    def queryset(self, request: HttpRequest, queryset: Pages) -> Pages:
        return queryset.filter(tags__slug=self.value()).distinct() if self.value() else queryset
