"""Categories that pages are in."""

from __future__ import annotations

import pytest

from services.models import Category, Page
from tests.support.pages import make_service

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


@pytest.fixture
def s3(db) -> Page:
    return make_service(
        title="S3",
        category=Category.objects.get(name="Data Store"),
        notes="Is it a disk?\n\nTo do\n\n- [ ] buckets\n- [ ] [[EC2]] access\n",
    )


def test_a_category_with_pages_cannot_go(s3):
    with pytest.raises(Exception, match="protected"):
        s3.category.delete()
