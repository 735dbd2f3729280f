"""Progress of a page: its own items, and those elsewhere that name it."""

import pytest

from tests.support.pages import make_topic
from tests.views.test_pages import html

pytestmark = pytest.mark.django_db


def test_items_elsewhere_that_name_a_page_count_for_it(as_reader, s3):
    make_topic(title="Plan", notes="# Learn\n\n- [x] S3\n- [ ] Rest\n")
    text = html(as_reader, "/services/s3/")
    assert "Learned" in text
    assert "1 of 1 done" in text
    assert 'href="/topics/plan/#learn:~:text=S3"' in text
