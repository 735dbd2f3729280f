"""Text posted after logging out, or with a form that is too old, is shown to be sent again."""

import pytest
from django.test import Client

from services.models import Category, Page
from tests.support.editing import PATH, opened
from tests.support.html_forms import fields_of
from tests.support.pages import make_service
from tests.views.test_questions import JSON
from tests.views.test_questions import NOTES as QUESTIONS

pytestmark = pytest.mark.django_db


@pytest.fixture
def s3():
    shelf = Category.objects.get(slug="data-store")
    return make_service(title="S3", category=shelf, notes=QUESTIONS)


def test_who_was_logged_out_gets_the_text_back_and_sends_it_again(as_nobody, as_editor, plan):
    fields = opened(as_editor) | {"notes": "Typed <b>.\r\n", "title": "Plans"}
    del fields["csrfmiddlewaretoken"]
    response = as_nobody.post(PATH, fields)
    assert response.status_code == 401
    assert "Your session has ended" in response.content.decode()
    again = fields_of(response)
    assert again | fields == again
    as_editor.post(PATH, again)
    page = Page.objects.get()
    assert (page.notes, page.title) == ("Typed <b>.\n", "Plans")


def test_a_form_that_is_too_old_gives_the_text_back(editor, plan):
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)
    fields = {"notes": "Typed.", "version": "1", "title": "Plan"}
    own = client.post(PATH, fields, headers={"origin": "http://testserver"})
    assert own.status_code == 403
    again = fields_of(own)
    assert again["notes"] == "Typed."
    client.post(PATH, again, headers={"origin": "http://testserver"})
    assert Page.objects.get().notes == "Typed."


def test_a_form_on_another_site_is_given_no_button(editor, plan):
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)
    for headers in ({"origin": "https://example.com"}, {}):
        response = client.post(PATH, {"notes": "Evil."}, headers=headers)
        assert response.status_code == 403
        assert "Evil." not in response.content.decode()


@pytest.mark.databases("sqlite", "postgres")
@pytest.mark.parametrize("fields", [{"answer": "Half an hour <b>."}, {"words": "Why?"}])
def test_who_was_logged_out_gets_all_that_they_typed_back(as_nobody, as_editor, s3, fields):
    first = s3.questions.all()[0]
    path = "/pages/s3/ask/" if "words" in fields else f"/questions/{first.pk}/"
    form = fields_of(as_editor.get(path)) | fields
    del form["csrfmiddlewaretoken"]
    response = as_nobody.post(path, form)
    assert response.status_code == 401
    assert "Your session has ended" in response.content.decode()
    again = fields_of(response)
    assert again | form == again
    as_editor.post(path, again)
    assert next(iter(fields.values())) in Page.objects.get().notes


@pytest.mark.databases("sqlite", "postgres")
def test_our_script_is_sent_to_the_log_in_as_before(as_nobody, s3):
    path = f"/questions/{s3.questions.all()[0].pk}/"
    response = as_nobody.post(path, {"answer": "x"}, headers={"accept": JSON})
    assert response["Location"].startswith("/login/")


@pytest.mark.databases("sqlite", "postgres")
@pytest.mark.parametrize("fields", [{"answer": "Half an hour."}, {"words": "Why?"}])
def test_a_form_that_is_too_old_gives_what_was_typed_back(editor, s3, fields):
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)
    path = "/pages/s3/ask/" if "words" in fields else f"/questions/{s3.questions.all()[0].pk}/"
    response = client.post(path, fields, headers={"origin": "http://testserver"})
    assert response.status_code == 403
    assert fields_of(response) | fields == fields_of(response)
    elsewhere = client.post(path, fields, headers={"origin": "https://example.com"})
    assert next(iter(fields.values())) not in elsewhere.content.decode()
