"""The rederive command: it reports and repairs every derived row that differs from the notes."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from services.models import Attachment, Category, ChecklistItem, Link, Page, PageName, Question
from tests.support.pages import make_service

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


@pytest.fixture
def s3(db) -> Page:
    return make_service(
        title="S3",
        category=Category.objects.get(name="Data Store"),
        notes="Is it a disk?\n\nTo do\n\n- [ ] buckets\n- [ ] [[EC2]] access\n",
    )


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
