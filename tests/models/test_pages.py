"""New pages, and the rules that the tables hold."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from services.models import Category, ChecklistItem, Link, Page, PageName, Question, Section
from tests.support.pages import make_service, make_topic

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


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
