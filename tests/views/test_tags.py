"""Tags and the pages that have them."""

import pytest
from taggit.models import Tag

from tests.support.pages import make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def tagged():
    page = make_topic(title="Notes", notes="Words.\n")
    page.tags.add("Web-Dev", "aws/compute", "ÜBUNG")
    return page


@pytest.mark.parametrize(
    "path", ["/tags/Web-Dev/", "/tags/web-dev/", "/tags/AWS/compute/", "/tags/%C3%BCbung/"]
)
def test_works_in_any_case(as_reader, tagged, path):
    response = as_reader.get(path)
    assert response.status_code == 200
    assert "/topics/notes/" in response.content.decode()


def test_unknown_tag_is_not_found(as_reader, tagged):
    Tag.objects.create(name="lonely")
    assert as_reader.get("/tags/nothing/").status_code == 404
    assert as_reader.get("/tags/lonely/").status_code == 404


def test_index_counts_pages(as_reader, tagged):
    make_topic(title="More").tags.add("Web-Dev")
    text = as_reader.get("/tags/").content.decode()
    assert 'href="/tags/aws/compute/"' in text
    assert "Web-Dev" in text
    assert '<span class="count">2</span>' in text


def test_index_without_tags(as_reader):
    assert "No page has a tag yet" in as_reader.get("/tags/").content.decode()
