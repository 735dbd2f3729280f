"""Renaming in wiki-links: which change, and what is not changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.aws.catalog import name_key
from services.markdown.edit.rename_links import is_linkable, rename_links


def relinked(text: str, new: str = "New", **more: str) -> tuple[str, int]:
    return rename_links(text, {"old": new, **more}, name_key)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[Old]]", "[[New]]"),
        ("[[old]] and [[OLD]]", "[[New]] and [[New]]"),
        ("![[Old]]", "![[New]]"),
        ("[[Old|shown]]", "[[New|shown]]"),
        ("[[Old#A heading|x]]", "[[New#A heading|x]]"),
        ("[[Old#^block]]", "[[New#^block]]"),
        ("![[Old|300]]", "![[New|300]]"),
        ("[[folder/Old]] [[a/b/Old.md|x]]", "[[New]] [[New|x]]"),
        ("[[ Old ]]", "[[ New ]]"),
        ("[[Old |x]]", "[[New |x]]"),
        ("ä [[Old]] ü\r\n[[Old]]\r", "ä [[New]] ü\r\n[[New]]\r"),
        ("> - [ ] [[Old]]\n", "> - [ ] [[New]]\n"),
        ("# [[Old]]\n", "# [[New]]\n"),
        ("| a |\n|---|\n| [[Old\\|x]] |\n", "| a |\n|---|\n| [[New\\|x]] |\n"),
        ("**[[Old]]**", "**[[New]]**"),
        ("[^1]\n\n[^1]: [[Old]]\n", "[^1]\n\n[^1]: [[New]]\n"),
    ],
)
def test_links_are_renamed(text, expected):
    assert relinked(text)[0] == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Old",
        "[[Older]] [[Old times]] [[Old/Other]]",
        "`[[Old]]`",
        "```\n[[Old]]\n```\n",
        "    [[Old]]\n",
        "<div>\n[[Old]]\n</div>\n",
        "<!-- [[Old]] -->\n",
        "\\[[Old]]",
        "[Old](https://example.com/Old)",
        "[[#Old]]",
        "[[Old",
    ],
)
def test_what_is_no_link_to_it_stays(text):
    assert relinked(text) == (text, 0)


def test_several_names_at_once_are_counted():
    text = "[[IAM]] [[Old]] [[iam|x]] [[Else]]"
    assert relinked(text, iam="IdM") == ("[[IdM]] [[New]] [[IdM|x]] [[Else]]", 3)


@pytest.mark.parametrize("name", ["CI/CD", "a\\b", "C#", "[x]", "a|b", "a\nb", " ", "Old.md"])
def test_a_name_that_no_link_can_hold_is_not_put_in_one(name):
    assert not is_linkable(name)
    assert relinked("[[Old]]", new=name) == ("[[Old]]", 0)


def test_a_name_that_would_be_read_as_something_else_changes_nothing():
    text = "[[Old]] and ` behind"
    assert relinked(text, new="New ` one") == (text, 0)


PIECES = ("[[", "]]", "Old", "|", "#", "!", "`", "\n", "\r\n", " ", "\\", "/", "> ", "- ", "x", "ä")


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_there_and_back_again(text):
    """Only targets change: renaming back gives the same links as before."""
    there, number = relinked(text, new="Fresh")
    if number and "fresh" not in text.lower():
        back, again = rename_links(there, {"fresh": "Old"}, name_key)
        assert again == number
        assert name_key(back.replace(" ", "")).count("old") == name_key(
            text.replace(" ", "")
        ).count("old")
