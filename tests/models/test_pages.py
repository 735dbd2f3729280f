"""One door for changing notes, rows that follow them, and rules that the tables hold."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from services.markdown.edit.tasks import set_state
from services.models import (
    Attachment,
    Category,
    ChecklistItem,
    Link,
    Page,
    PageName,
    Question,
    Section,
    StaleVersion,
)
from services.pages.revise import delete, revise
from tests.support.pages import make_service, make_topic, revise_by_fields

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


@pytest.fixture
def compute() -> Category:
    return Category.objects.get(name="Compute")


@pytest.fixture
def s3(db) -> Page:
    return make_service(
        title="S3",
        category=Category.objects.get(name="Data Store"),
        notes="Is it a disk?\n\nTo do\n\n- [ ] buckets\n- [ ] [[EC2]] access\n",
    )


def test_a_new_page_gets_an_address_a_place_and_its_aws_id(s3):
    assert (s3.slug, s3.aws_id, s3.version) == ("s3", "s3", 1)
    assert make_topic(title="Next").position == s3.position + 1


def test_rows_are_derived_from_the_notes(s3):
    assert [(i.text, i.state, i.list_title) for i in s3.items.all()] == [
        ("buckets", "open", "To do"),
        ("[[EC2]] access", "open", "To do"),
    ]
    assert [q.text for q in s3.questions.all()] == ["Is it a disk?"]
    assert [link.target for link in s3.links.all()] == ["EC2"]


def test_revising_stores_the_text_and_counts_the_version(s3, editor):
    revise(s3, "New.\n", version=1, by=editor)
    stored = Page.objects.get(pk=s3.pk)
    assert (stored.notes, stored.version, stored.updated_by) == ("New.\n", 2, editor)
    assert not stored.items.exists()


def test_unchanged_notes_are_no_revision(s3):
    revise(s3, s3.notes, version=1)
    assert Page.objects.get(pk=s3.pk).version == 1


def test_revising_an_old_version_is_refused_and_stores_nothing(s3):
    old = Page.objects.get(pk=s3.pk)
    revise(s3, "First.\n", version=1)
    with pytest.raises(StaleVersion) as error:
        revise(old, "Second.\n", version=1)
    assert error.value.current.notes == "First.\n"
    assert Page.objects.get(pk=s3.pk).notes == "First.\n"


def test_a_tick_keeps_the_items_row_and_dates_it(s3):
    row = s3.items.get(text="buckets")
    revise(s3, set_state(s3.notes, 0, "done"), version=1)
    ticked = s3.items.get(text="buckets")
    assert (ticked.pk, ticked.state) == (row.pk, "done")
    assert row.state_changed_at is None
    assert ticked.state_changed_at is not None


def test_a_reworded_and_moved_item_keeps_its_row(s3):
    row = s3.items.get(text="buckets")
    notes = s3.notes.replace("- [ ] buckets\n", "") + "- [ ] buckets and keys\n"
    revise(s3, notes, version=1)
    assert s3.items.get(text="buckets and keys").pk == row.pk


def test_a_dismissed_question_stays_dismissed_when_the_text_around_it_changes(s3):
    s3.questions.update(dismissed=True)
    revise(s3, "Intro. What now?\n\n" + s3.notes, version=1)
    assert Question.objects.get(text="Is it a disk?").dismissed
    assert Question.objects.open().get().text == "Intro. What now?"


def test_a_new_page_is_found_by_links_and_items_that_were_waiting_for_it(s3, compute):
    assert Link.objects.get().to is None
    ec2 = make_service(title="Servers", abbreviation="EC2", category=compute)
    assert Link.objects.get().to == ec2
    assert list(s3.items.get(text="[[EC2]] access").names.all()) == [ec2]


def test_a_page_that_is_renamed_to_questions_asks(db):
    page = make_topic(title="Notes", notes="Why is it so?\n")
    assert not page.questions.exists()
    page.title = "Questions"
    revise_by_fields(page)
    assert page.questions.get().text == "Why is it so?"


def test_links_follow_a_name_that_is_given_away(s3, compute):
    ec2 = make_service(title="EC2", category=compute)
    ec2.title = "Elastic Compute"
    ec2.aws_id = ""
    revise_by_fields(ec2)
    assert Link.objects.get().to is None
    assert not ChecklistItem.names.through.objects.exists()


def test_links_fall_back_when_a_page_is_deleted(s3, compute):
    ec2 = make_service(title="EC2", category=compute)
    alias = make_topic(title="Servers", aliases=["EC2"])
    assert Link.objects.get().to == ec2
    delete(ec2)
    assert Link.objects.get().to == alias


def test_an_everyday_title_is_named_only_by_a_whole_part(s3):
    setup = make_topic(title="Setup")
    page = make_topic(title="x", notes="- [ ] the setup of things\n- [ ] S3/setup\n")
    first, second = page.items.all()
    assert list(first.names.all()) == []
    assert set(second.names.all()) == {Page.objects.get(pk=s3.pk), Page.objects.get(pk=setup.pk)}


def test_rederive_finds_nothing_to_change(s3, capsys):
    call_command("rederive")
    assert capsys.readouterr().out == "1 pages: every index was right.\n"


def test_rederive_repairs_every_index_and_says_so(s3, compute, capsys):
    ec2 = make_service(title="EC2", category=compute)
    item = s3.items.get(text="buckets")
    ChecklistItem.objects.filter(pk=item.pk).update(state="na")
    ChecklistItem.objects.exclude(pk=item.pk).delete()
    Link.objects.update(to=None)
    Question.objects.all().delete()
    PageName.objects.filter(page=ec2).delete()
    call_command("rederive")
    assert "1 removed" not in (out := capsys.readouterr().out)
    assert "every index was right" not in out
    assert s3.items.get(text="buckets").state == "open"
    assert list(s3.items.get(text="[[EC2]] access").names.all()) == [ec2]
    assert Link.objects.get().to == ec2
    call_command("rederive")
    assert "every index was right" in capsys.readouterr().out


def test_rederive_sees_links_that_lead_elsewhere_though_every_name_is_right(s3, compute, capsys):
    ec2 = make_service(title="EC2", category=compute)
    link = Link.objects.get()
    for wrong in ({"to": None}, {"to": s3}, {"key": "other"}):
        Link.objects.filter(pk=link.pk).update(**wrong)
        call_command("rederive")
        assert "0 rows added, 1 changed, 0 removed" in capsys.readouterr().out
        link.refresh_from_db()
        assert (link.to, link.key) == (ec2, "ec2")
    s3.items.get(text="[[EC2]] access").names.clear()
    call_command("rederive")
    assert "0 rows added, 1 changed, 0 removed" in capsys.readouterr().out
    call_command("rederive")
    assert "every index was right" in capsys.readouterr().out


def test_rederive_lets_a_link_lead_to_the_page_s_own_picture(s3, capsys):
    picture = Attachment.objects.create(page=s3, name="a.png", reference="EC2", size=1)
    call_command("rederive")
    assert "1 changed" in capsys.readouterr().out
    assert (Link.objects.get().attachment, Link.objects.get().to) == (picture, None)
    call_command("rederive")
    assert "every index was right" in capsys.readouterr().out


def test_saving_an_object_that_is_not_up_to_date_overwrites_nothing(s3):
    stale = Page.objects.get(pk=s3.pk)
    revise(s3, "Theirs", version=1)
    stale.notes = "Mine"
    with pytest.raises(StaleVersion):
        revise_by_fields(stale)
    assert Page.objects.get(pk=s3.pk).notes == "Theirs"


def test_the_tables_hold_their_rules(s3, compute):
    def refused(make) -> bool:
        try:
            with transaction.atomic():
                make()
        except IntegrityError:
            return True
        return False

    topic = make_topic(title="T")
    assert refused(lambda: Page.objects.filter(pk=s3.pk).update(category=None))
    assert refused(lambda: Page.objects.filter(pk=topic.pk).update(category=compute))
    assert refused(lambda: Page.objects.filter(pk=topic.pk).update(title=""))
    assert refused(lambda: Page.objects.filter(pk=topic.pk).update(slug="s3"))
    assert refused(lambda: Page.objects.filter(pk=s3.pk).update(about=topic))
    assert refused(lambda: Page.objects.filter(pk=s3.pk).update(version=0))
    assert refused(lambda: make_topic(title="s3"))
    assert refused(lambda: make_service(category=compute, title="Other", slug="other", aws_id="s3"))
    assert refused(lambda: ChecklistItem.objects.update(state="maybe"))
    assert refused(lambda: Question.objects.update(text=""))
    assert refused(lambda: Category.objects.filter(pk=compute.pk).update(name=""))
    assert refused(lambda: Section.objects.create(document_id=None, position=0))
    assert refused(lambda: Link.objects.create(page=s3, target="EC2", key="ec2"))
    assert refused(lambda: PageName.objects.create(page=s3, key="s3", rank=1))


def test_a_category_with_pages_cannot_go(s3):
    with pytest.raises(Exception, match="protected"):
        s3.category.delete()


def test_items_name_a_topic_in_more_words_once_it_is_a_service(compute, capsys):
    page = make_topic(title="Fargate")
    make_topic(title="Plan", notes="- [ ] learn Fargate soon\n")
    assert not page.named_by.exists()
    revise(page, version=1, kind="service", category=compute)
    assert page.named_by.count() == 1
    revise(page, version=2, kind="topic", category=None)
    assert not page.named_by.exists()
    call_command("rederive")
    assert "every index was right" in capsys.readouterr().out
