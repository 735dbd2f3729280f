"""The pages that say what went wrong."""

import pytest
from django.template.loader import render_to_string
from django.test import Client

from services.views import home

pytestmark = pytest.mark.django_db


def test_not_found_has_the_sites_look(as_reader):
    response = as_reader.get("/nothing/here/")
    assert response.status_code == 404
    assert "There is no page here" in response.content.decode()
    assert "css/base" in response.content.decode()


def test_not_found_works_for_strangers(as_nobody):
    assert as_nobody.get("/nothing/here/").status_code == 404


def test_forbidden_has_the_sites_look(as_reader, reader):
    reader.groups.clear()
    response = as_reader.get("/")
    assert response.status_code == 403
    assert "You don’t have access to this page" in response.content.decode()


def test_a_form_without_its_token_is_explained():
    response = Client(enforce_csrf_checks=True).post("/login/", {"username": "x"})
    assert response.status_code == 403
    assert "The form was too old" in response.content.decode()


def test_a_fault_has_the_sites_look(as_reader, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("broken")

    monkeypatch.setattr(home, "list_categories", fail)
    as_reader.raise_request_exception = False
    response = as_reader.get("/")
    assert response.status_code == 500
    assert "Something went wrong" in response.content.decode()
    assert "broken" not in response.content.decode()


def test_the_fault_page_needs_neither_database_nor_request(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert "Something went wrong" in render_to_string("500.html")
