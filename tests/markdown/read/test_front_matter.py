"""Reading and preserving the front matter of a note."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.markdown.read.front_matter import FrontMatter, split_front_matter
from tests.support import corpora


def front(yaml: str) -> FrontMatter:
    text = f"---\n{yaml}\n---\n\nText\n"
    matter, rest = split_front_matter(text)
    assert matter.raw + rest == text
    return matter


def test_it_is_cut_off_with_the_blank_lines_below():
    matter, rest = split_front_matter("---\ntitle: T\n---\n\n\nText")
    assert (matter.raw, rest) == ("---\ntitle: T\n---\n\n\n", "Text")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("close", ["---", "...", "---  "])
def test_line_ends_and_closing_lines(end, close):
    matter, rest = split_front_matter(f"---{end}title: T{end}{close}{end}Text")
    assert (matter.title, rest) == ("T", "Text")


@pytest.mark.parametrize(
    "text",
    ["", "Text", "\n---\ntitle: T\n---\n", "---\ntitle: T\n", "----\ntitle: T\n----\n",
     "--- title\n---\n", "---\n\nProse between rules.\n\n---\n", "---\n- a\n- b\n---\n"],
)  # fmt: skip
def test_what_is_no_front_matter_stays_in_the_text(text):
    assert split_front_matter(text) == (FrontMatter(), text)


def test_empty_front_matter():
    matter, rest = split_front_matter("---\n---\nText")
    assert (matter.raw, matter.warning, rest) == ("---\n---\n", "", "Text")


@pytest.mark.parametrize(
    "yaml", ["title: [", "a: b: c", "a: {{x}}", "\tx: y", "a: &a [*a]", "title: " + "x" * 70_000]
)
def test_broken_yaml_is_preserved_with_a_warning(yaml):
    matter = front(yaml)
    assert "no valid YAML" in matter.warning
    assert "\n" not in matter.warning
    assert matter.title == ""


@pytest.mark.parametrize(
    ("yaml", "tags"),
    [
        ("tags: [a, b, a]", ["a", "b"]),
        ("tags:\n- a\n- b", ["a", "b"]),
        ("tags: \n- a\n-", ["a"]),
        ("tags: a, b c", ["a", "b", "c"]),
        ("tag: '#a'", ["a"]),
        ("Tags: [1, 2.5, true, {x: y}]", ["1", "2.5"]),
        ("tags:", []),
        ("tags: {a: b}", []),
    ],
)
def test_tags(yaml, tags):
    assert front(yaml).tags == tags


def test_names():
    matter = front("title: 'A  b'\naliases: S3, Simple Storage\ncategory: Compute")
    assert (matter.title, matter.category) == ("A b", "Compute")
    assert matter.aliases == ["S3", "Simple Storage"]
    assert front("title: 2024").title == "2024"
    assert front("title: [a]").title == ""


@pytest.mark.parametrize(
    ("yaml", "moment"),
    [
        ("created: 2024-05-01", datetime(2024, 5, 1, tzinfo=UTC)),
        ("created: 2024-05-01 10:00", datetime(2024, 5, 1, 10, tzinfo=UTC)),
        ("created_at: 2024-04-15T18:09:38-04:00", datetime(2024, 4, 15, 22, 9, 38, tzinfo=UTC)),
        ("date: '2024-05-01'", datetime(2024, 5, 1, tzinfo=UTC)),
        ("created: Monday, April 15, 2024 6:09 PM\ncreated_at: 2024-04-15",
         datetime(2024, 4, 15, tzinfo=UTC)),
        ("created: soon", None),
        ("created: 0001-01-01T00:00:00+14:00", None),
    ],
)  # fmt: skip
def test_when_it_was_created(yaml, moment):
    assert front(yaml).created == moment


@pytest.mark.parametrize("file", corpora.files(), ids=corpora.name)
def test_nothing_of_a_real_file_is_lost(file):
    text = corpora.read(file)
    matter, rest = split_front_matter(text)
    assert matter.raw + rest == text
