"""The editor's form: titles that are taken, and input that is refused."""

import pytest

from services.models import Page
from tests.support.editing import PATH, opened
from tests.support.pages import make_topic

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("title", ["Goals", " goals ", "GOALS"])
def test_a_title_that_is_taken_is_refused_with_a_link_to_the_other(as_editor, plan, title):
    make_topic(title="Goals")
    response = as_editor.post(PATH, opened(as_editor) | {"title": title, "notes": "Typed.\r\n"})
    text = response.content.decode()
    assert response.status_code == 200
    assert 'There is already a page with this title: <a href="/topics/goals/">Goals</a>' in text
    assert "Typed." in text
    assert Page.objects.get(pk=plan.pk).version == 1


def test_an_error_among_the_details_opens_them(as_editor, plan):
    response = as_editor.post(PATH, opened(as_editor) | {"category": "999"})
    assert '<details class="details" open>' in response.content.decode()


@pytest.mark.parametrize("bad", [{"title": " "}, {"notes": "NUL \0"}, {"tags": "x" * 101}])
def test_bad_input_is_refused(as_editor, plan, bad):
    response = as_editor.post(PATH, opened(as_editor) | bad)
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()
    assert Page.objects.get().version == 1
