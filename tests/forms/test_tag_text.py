"""Tags as they are typed and shown: split at commas alone, on the site and in the admin."""

from __future__ import annotations

import pytest
from taggit.models import Tag

from services.forms.tag_text import format_tag_text, is_reachable, parse_tag_text
from services.models import Page
from tests.support.html_forms import fields_of
from tests.support.pages import make_topic

SITE, ADMIN = "/pages/plan/edit/", "/admin/services/topic/{}/change/"


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("exam prep", ["exam prep"]),
        ("exam prep, tools", ["exam prep", "tools"]),
        ("b,a\r\nc d\n", ["a", "b", "c d"]),
        (' , ,"" , " "', []),
        ("a, a", ["a"]),
        ('"a, b", c', ["a, b", "c"]),
        ('19" rack', ['19" rack']),
        ('"lone, b', ['"lone', "b"]),
        ('say "hi, you"', ['say "hi', 'you"']),
        ('"a" b, c', ['"a" b', "c"]),
        ('"""quoted"" words"', ['"quoted" words']),
        (None, []),
    ],
)
def test_typed(text, tags):
    assert parse_tag_text(text) == tags


@pytest.mark.parametrize(
    "names",
    [
        ["exam prep"],
        ["a, b", "c d", 'e"f', '"', '""', '"g"', '"h, i"', 'j", "k', "Ü, ü", "l/m"],
        ["'", "`", "\\", '",', ',"'],
    ],
)
def test_what_is_shown_gives_the_same_tags(names):
    assert parse_tag_text(format_tag_text([Tag(name=name) for name in names])) == sorted(names)


@pytest.mark.parametrize(
    ("name", "can"), [(".", False), ("..", False), ("a/../b", False), ("...", True), (".net", True)]
)
def test_reachable(name, can):
    assert is_reachable(name) is can


@pytest.fixture
def page(db):
    return make_topic(title="Plan", notes="Words.\n")


@pytest.mark.parametrize("path", [SITE, ADMIN])
def test_tags_of_several_words_commas_and_quotes(as_editor, page, path):
    path = path.format(page.pk)
    fields = fields_of(as_editor.get(path))
    assert as_editor.post(path, fields | {"tags": "exam prep"}).status_code == 302
    assert list(page.tags.names()) == ["exam prep"]
    names = ['"q', "a, b", 'c "d"', "exam prep"]
    page.tags.set(names)
    shown = fields_of(as_editor.get(path))
    assert as_editor.post(path, shown | {"title": "Plans"}).status_code == 302
    now = Page.objects.get()
    assert (now.title, sorted(now.tags.names())) == ("Plans", names)


@pytest.mark.parametrize("path", [SITE, ADMIN])
@pytest.mark.parametrize("name", [".", ".."])
def test_refuses_a_tag_without_an_address(as_editor, page, path, name):
    path = path.format(page.pk)
    fields = fields_of(as_editor.get(path))
    response = as_editor.post(path, fields | {"tags": f"fine, {name}"})
    assert f"“{name}” cannot be a tag" in response.content.decode()
    assert not page.tags.exists()


def test_refuses_such_a_name_for_a_tag_in_the_admin(as_admin):
    tag = Tag.objects.create(name="fine")
    path = f"/admin/taggit/tag/{tag.pk}/change/"
    fields = fields_of(as_admin.get(path))
    response = as_admin.post(path, fields | {"name": ".."})
    assert "“..” cannot be a tag" in response.content.decode()
