"""The editor's preview: who may use it, and what it shows."""

from __future__ import annotations

import io

import pytest
from django.test import Client

from services.attachments.store import store
from tests.support.pages import make_topic
from tests.support.pictures import picture

pytestmark = pytest.mark.django_db
PREVIEW = "/markdownx/markdownify/"


def test_only_editors_and_admins_may(
    as_nobody: Client, as_reader: Client, as_editor: Client, as_admin: Client
) -> None:
    answer = as_nobody.post(PREVIEW)
    assert (answer.status_code, answer["Location"]) == (302, f"/login/?next={PREVIEW}")
    assert as_reader.post(PREVIEW).status_code == 403
    for client in (as_editor, as_admin):
        assert client.post(PREVIEW).status_code == 200
        assert client.get(PREVIEW).status_code == 405


def test_a_post_from_elsewhere_is_refused(editor: object) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)  # type: ignore[arg-type]
    assert client.post(PREVIEW, {"content": "x"}).status_code == 403


def test_it_is_rendered_as_the_page_will_be(as_editor: Client) -> None:
    page = make_topic(title="Amazon S3")
    html = as_editor.post(
        PREVIEW, {"content": "# Hi\n\n[[amazon s3]] [[Nowhere]]"}
    ).content.decode()
    assert f'<a href="{page.get_absolute_url()}"' in html
    assert 'class="missing"' in html
    assert ">Hi</h2>" in html


def test_it_is_safe(as_editor: Client) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\n\n[a](javascript:alert(1))"
    html = as_editor.post(PREVIEW, {"content": evil}).content.decode()
    assert "<script" not in html
    assert "onerror" not in html
    assert 'href="javascript' not in html


def test_a_page_lends_its_pictures(as_editor: Client) -> None:
    page = make_topic(title="Page")
    row = store(io.BytesIO(picture()), name="a.png", page=page, reference="img/a.png")
    content = {"content": "![a](img/a.png) ![[img/a.png]]"}
    shown = as_editor.post(PREVIEW, content | {"page": str(page.pk)}).content.decode()
    assert shown.count(f'src="{row.get_absolute_url()}"') == 2
    assert shown.count('width="8" height="6"') == 2
    assert "<img" not in as_editor.post(PREVIEW, content).content.decode()


def test_pictures_by_their_address_have_their_size(as_editor: Client) -> None:
    row = store(io.BytesIO(picture()), name="a.png")
    content = {"content": f"![a]({row.get_absolute_url()})"}
    assert 'width="8" height="6"' in as_editor.post(PREVIEW, content).content.decode()


def test_its_queries_do_not_grow_with_the_links(
    as_editor: Client, django_assert_max_num_queries: object
) -> None:
    content = "\n".join(f"[[Page {n}]]" for n in range(200))
    with django_assert_max_num_queries(5):  # type: ignore[operator]
        as_editor.post(PREVIEW, {"content": content})
