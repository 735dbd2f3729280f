"""All checklists in one place."""

import pytest

from services.models import Category
from tests.support.pages import make_service, make_topic

pytestmark = pytest.mark.django_db
NOTES = "What to learn?\n\n- [ ] One\n- [/] Two\n  - [x] Three\n- [-] Four\n"


def html(client, query: str = "") -> str:
    response = client.get("/checklist/" + query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_works(as_reader):
    make_topic(title="Plan", notes=NOTES)
    text = html(as_reader)
    assert "What to learn?" in text
    assert all(word in text for word in ("One", "Two", "Three", "Four"))
    assert "2 of 4 done" in text


def test_filters_by_state(as_reader):
    make_topic(title="Plan", notes=NOTES)
    text = html(as_reader, "?state=doing")
    assert "Two" in text
    assert "Three" not in text
    assert 'href="?state=doing" aria-current="true"' in text


def test_an_unknown_state_is_no_filter(as_reader):
    make_topic(title="Plan", notes=NOTES)
    assert "Three" in html(as_reader, "?state=nonsense&page=x")


def test_items_lead_to_the_pages_they_name(as_reader):
    shelf = Category.objects.get(slug="compute")
    make_service(title="ECS", category=shelf)
    make_service(title="EKS", category=shelf)
    make_topic(title="Plan", notes="- [ ] ECS/EKS\n- [ ] [[ECS]] first\n")
    text = html(as_reader)
    assert text.count('class="chip chip-link" href="/services/ecs/"') == 2
    assert 'href="/services/eks/"' in text
    assert "missing" not in text


def test_parts_keep_the_filter(as_reader, django_assert_max_num_queries):
    make_topic(title="Plan", notes="\n".join(f"- [ ] Item {i}" for i in range(450)))
    with django_assert_max_num_queries(8):
        text = html(as_reader, "?state=open&page=2")
    assert "Item 200<" in text
    assert "Item 400<" not in text
    assert 'href="?state=open&amp;page=3"' in text


def test_says_how_to_begin(as_reader):
    assert "There is none yet" in html(as_reader)


def test_scripts_in_items_stay_words(as_reader):
    make_topic(title="Plan", notes="- [ ] A <script>alert(1)</script> & `<b>`\n")
    text = html(as_reader)
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "&amp; <code>&lt;b&gt;</code>" in text
