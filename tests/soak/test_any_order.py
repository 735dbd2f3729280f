"""Whatever is done in whatever order: every index agrees with the notes, and history gives back
the very bytes.

Hypothesis makes up the sequences and shortens one that fails.
"""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from services.markdown.edit.splice import EditRefused
from services.models import Category, ChecklistItem, Link, OldAddress, Page, Question, Revision
from services.pages import trash
from services.pages.answer import answer_question
from services.pages.edit import Edit, base_of, store
from services.pages.resolve_conflict import mark
from services.pages.restore import restore_version
from services.pages.revise import create, revise
from services.pages.save import Clash, save
from services.pages.tick import tick_item
from services.sync.apply import apply_plan
from services.sync.export import export_to
from services.sync.read_files import SourceFile
from services.sync.stored import plan_import
from tests.soak import TIMES

LINES = (
    "- [ ] S3",
    "- [x] learn ECS/EKS",
    "  - [/] nested",
    "- [-] never",
    "> - [ ] quoted",
    "## Heading",
    "# Compute",
    "## S3",
    "## Questions",
    "Is it worth it?",
    "Q: why",
    "> [!question] How?",
    "> [!answer]",
    "> So.",
    "A: thus",
    "See [[S3]] and [[Plan|p]]",
    "```",
    "Plain words.",
    "---",
    "tags: [a]",
    "",
    "",
    "",
)
NOTES = st.lists(st.sampled_from(LINES), max_size=9).flatmap(
    lambda lines: st.sampled_from(["\n", "\r\n"]).map(lambda end: end.join([*lines, ""]))
)
TITLES = st.sampled_from(["S3", "ECS", "Plan", "Questions", "EKS", "Step Functions", "Zürich"])
STATES = st.sampled_from(["open", "doing", "done", "na"])
PICK = st.integers(0, 50)
FILES = st.sampled_from(["notes.md", "Compute/S3.md", "Plan.md"])


class Site(RuleBasedStateMachine):
    """A site with a few pages; each rule is something that a person does."""

    def __init__(self) -> None:
        super().__init__()
        self.all_of_it = transaction.atomic()
        self.all_of_it.__enter__()
        self.files: dict[str, str] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.all_of_it.__exit__(None, None, None)

    def page(self, pick: int) -> Page:
        pages = list(Page.objects.order_by("pk"))
        return pages[pick % len(pages)]

    def has_pages(self) -> bool:
        return Page.objects.exists()

    # -- what people do ------------------------------------------------------------------------

    @rule(title=TITLES, notes=NOTES, is_service=st.booleans())
    def create(self, title: str, notes: str, is_service: bool) -> None:
        if Page.objects.filter(title=title).exists():
            return
        category = Category.objects.order_by("position").first() if is_service else None
        kind = Page.Kind.SERVICE if is_service else Page.Kind.TOPIC
        create(Page(kind=kind, category=category, title=title, notes=notes))

    @precondition(has_pages)
    @rule(pick=PICK, notes=NOTES)
    def edit(self, pick: int, notes: str) -> None:
        page = self.page(pick)
        save(page, notes, version=page.version, by=None)
        assert Page.objects.get(pk=page.pk).notes == notes

    @precondition(has_pages)
    @rule(pick=PICK, notes=NOTES, back=st.integers(0, 3))
    def edit_an_older_version(self, pick: int, notes: str, back: int) -> None:
        page = self.page(pick)
        before = page.notes
        try:
            save(page, notes, version=max(1, page.version - back), by=None)
        except Clash as clash:
            assert (clash.conflict.mine, clash.conflict.theirs) == (notes, before)
            assert Page.objects.get(pk=page.pk).notes == before

    @rule(pick=PICK, state=STATES)
    def tick(self, pick: int, state: str) -> None:
        items = list(ChecklistItem.objects.select_related("page").order_by("pk"))
        if not items:
            return
        item = items[pick % len(items)]
        before = item.page.notes
        try:
            tick_item(item.pk, state, by=None)
        except EditRefused:
            return
        now = ChecklistItem.objects.select_related("page").get(pk=item.pk)
        assert (now.state, now.text) == (state, item.text)
        assert len(now.page.notes) == len(before)
        assert sum(a != b for a, b in zip(now.page.notes, before, strict=True)) <= 1

    @rule(pick=PICK, reason=st.sampled_from(["We use it.", "Too dear.", ""]))
    def say_why(self, pick: int, reason: str) -> None:
        items = list(ChecklistItem.objects.order_by("pk"))
        if items:
            item = items[pick % len(items)]
            tick_item(item.pk, item.state, by=None, why=reason)

    @precondition(has_pages)
    @rule(pick=PICK, cut=st.integers(0, 2**9 - 1), thrown=st.booleans())
    def cut_and_put_back(self, pick: int, cut: int, thrown: bool) -> None:
        page = self.page(pick)
        before, version = self.what_no_notes_say(page), page.version
        lines = page.notes.splitlines(keepends=True)
        left = "".join(line for at, line in enumerate(lines) if not cut >> at & 1)
        revise(page, left, version=version)
        if thrown:
            trash.throw_away(page, by=None)
            page = trash.take_out(page, by=None)
        restore_version(page, version, seen=page.version, by=None)
        assert self.what_no_notes_say(page) == before

    def what_no_notes_say(self, page: Page) -> list[object]:
        items = page.items.values_list("list_title", "text", "reason")
        questions = page.questions.values_list("text", "dismissed", "asked_at")
        return [sorted(items), sorted(questions)]

    @rule(pick=PICK, words=st.sampled_from(["Because.", "- one\r\n- two", "", "> so"]))
    def answer(self, pick: int, words: str) -> None:
        questions = list(Question.objects.order_by("pk"))
        if not questions:
            return
        question = questions[pick % len(questions)]
        try:
            answer_question(question.pk, words, seen=mark(question.answer), by=None)
        except EditRefused:
            return

    @rule(pick=PICK)
    def dismiss(self, pick: int) -> None:
        questions = list(Question.objects.order_by("pk"))
        if questions:
            question = questions[pick % len(questions)]
            Question.objects.filter(pk=question.pk).update(dismissed=not question.dismissed)

    @precondition(has_pages)
    @rule(pick=PICK, title=TITLES, rewrite=st.booleans())
    def rename(self, pick: int, title: str, rewrite: bool) -> None:
        page = self.page(pick)
        if not Page.objects.filter(title=title).exists():
            base = base_of(page)
            edit = Edit(page.notes, base, {"title": title}, rewrite=rewrite)
            store(page, edit, by=None)
            assert Page.objects.get(pk=page.pk).title == title

    @precondition(has_pages)
    @rule(pick=PICK, place=st.integers(0, 5))
    def move(self, pick: int, place: int) -> None:
        page = self.page(pick)
        categories = [*Category.objects.order_by("position"), None]
        category = categories[place % len(categories)]
        kind = Page.Kind.SERVICE if category else Page.Kind.TOPIC
        about = page.about if kind == Page.Kind.TOPIC else None
        revise(page, version=page.version, category=category, kind=kind, about=about, aws_id="")

    @precondition(has_pages)
    @rule(pick=PICK)
    def delete(self, pick: int) -> None:
        trash.throw_away(self.page(pick), by=None)

    @rule(pick=PICK)
    def take_out(self, pick: int) -> None:
        pages = list(Page.everything.exclude(trashed_at=None).order_by("pk"))
        if pages:
            page = pages[pick % len(pages)]
            assert trash.take_out(page, by=None).notes == page.notes

    @rule()
    def empty_the_trash(self) -> None:
        trash.empty()

    @precondition(has_pages)
    @rule(pick=PICK, back=PICK)
    def restore(self, pick: int, back: int) -> None:
        page = self.page(pick)
        known = list(Revision.objects.filter(page=page.pk).order_by("version"))
        wanted = known[back % len(known)]
        revise(page, wanted.notes, version=page.version)
        assert Page.objects.get(pk=page.pk).notes == wanted.notes

    @rule(path=FILES, text=NOTES)
    def bring_in(self, path: str, text: str) -> None:
        self.files[path] = text
        apply_plan(plan_import([SourceFile(path, text.encode())]))

    @rule()
    def export(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            done = export_to(Path(folder))
            files = [SourceFile(path, Path(folder, path).read_bytes()) for path in done.written]
            before = dict(Page.objects.values_list("pk", "notes"))
            export_to(Path(folder))
            assert dict(Page.objects.values_list("pk", "notes")) == before
            assert {file.path for file in files} == set(done.written)

    # -- what always holds ---------------------------------------------------------------------

    @invariant()
    def every_index_agrees_with_the_notes(self) -> None:
        told = io.StringIO()
        call_command("rederive", stdout=told)
        assert "every index was right" in told.getvalue()

    @invariant()
    def the_newest_revision_is_the_page(self) -> None:
        for page in Page.everything.all():
            versions = list(
                Revision.objects.filter(page=page.pk).order_by("version").values_list("version")
            )
            assert versions == [(number,) for number in range(1, page.version + 1)]
            newest = Revision.objects.get(page=page.pk, version=page.version)
            assert (newest.notes, newest.title, newest.slug, newest.category_id) == (
                page.notes,
                page.title,
                page.slug,
                page.category_id,
            )

    @invariant()
    def nothing_of_a_page_in_the_trash_is_left(self) -> None:
        thrown = Page.everything.exclude(trashed_at=None).values("pk")
        for model in (ChecklistItem, Question, Link):
            assert not model.objects.filter(page__in=thrown).exists()
        assert not Link.objects.filter(to__in=thrown).exists()

    @invariant()
    def no_address_leads_to_two_pages(self) -> None:
        live = set(Page.everything.values_list("slug", flat=True))
        assert live.isdisjoint(OldAddress.objects.values_list("slug", flat=True))


@pytest.mark.django_db
@pytest.mark.databases("sqlite", "postgres")
def test_any_order_of_changes_keeps_every_promise():
    run_state_machine_as_test(
        Site,
        settings=settings(
            # The texts are the same there; what differs are transactions and locks.
            max_examples=TIMES * (4 if connection.vendor == "postgresql" else 10),
            stateful_step_count=20,
            deadline=None,
            # Shortening a failure takes minutes; where nobody waits for it, it is told as it is.
            phases=[phase for phase in Phase if phase != Phase.shrink or not os.environ.get("CI")],
            suppress_health_check=list(HealthCheck),
        ),
    )
