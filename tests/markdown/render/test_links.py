"""Links and pictures as HTML."""

from __future__ import annotations

import re

import pytest

from services.markdown.render.render import render
from tests.support.rendering import html


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://a.example/b?c=d&e", "https://a.example/b?c=d&amp;e"),
        ("www.a.example", "www.a.example"),
        ("http://a.example/b_(c)", "http://a.example/b_(c)"),
        ("http://a.example/#b", "http://a.example/#b"),
    ],
)
@pytest.mark.parametrize(
    ("before", "after"), [("", ""), ("(", ")"), ("See ", "."), ("", "?!"), ("“", "”,")]
)
def test_bare_addresses_are_links_without_the_punctuation_behind(text, address, before, after):
    href = address if "://" in address else f"http://{address}"
    assert html(before + text + after) == f'<p>{before}<a href="{href}">{address}</a>{after}</p>'


def test_addresses_in_links_and_code_are_left_alone():
    assert html("[http://a.example](/b)") == '<p><a href="/b">http://a.example</a></p>'
    assert html("`http://a.example`") == "<p><code>http://a.example</code></p>"
    raw = '<p><a href="/b">http://a.example</a> x</p>'
    assert html('<a href="/b">http://a.example</a> x') == raw


LINKS = {"S3": "/s3", "notes/SQS.md": "/sqs", "a b.md": "/a-b"}


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("[[S3]]", '<a href="/s3">S3</a>'),
        ("[[S3|the *store*]]", '<a href="/s3">the <em>store</em></a>'),
        ("[[S3#What it costs]]", '<a href="/s3#what-it-costs">S3#What it costs</a>'),
        ("[[S3#A#B b|x]]", '<a href="/s3#b-b">x</a>'),
        ("[[S3#^block|x]]", '<a href="/s3">x</a>'),
        ("[[#Here it is|x]]", '<a href="#here-it-is">x</a>'),
        ("[x](notes/SQS.md)", '<a href="/sqs">x</a>'),
        ("[x](notes/SQS.md#part)", '<a href="/sqs#part">x</a>'),
        ("[x](a%20b.md)", '<a href="/a-b">x</a>'),
        ("[x](<a b.md>)", '<a href="/a-b">x</a>'),
        ("[x](#part)", '<a href="#part">x</a>'),
        ('[x](/y "z")', '<a href="/y" title="z">x</a>'),
        ("<a@b.example>", '<a href="mailto:a@b.example">a@b.example</a>'),
        ("![[S3]]", '<a href="/s3">S3</a>'),
    ],
)
def test_links_lead_to_pages(text, link):
    assert html(text, LINKS) == f"<p>{link}</p>"


@pytest.mark.parametrize(
    "text",
    ["[[Nowhere|x]]", "[x](nowhere.md)", "![[x]]", "![x](nowhere.png)"],
)
def test_what_is_not_there_yet_is_no_link(text):
    assert html(text).startswith('<p><span class="missing" title="')
    assert html(text).endswith(">x</span></p>")


FILES = {"a.png": "/f/a.png", "b c.png": "/f/b%20c.png", "x.pdf": "/f/x.pdf"}


@pytest.mark.parametrize(
    ("text", "picture"),
    [
        ("![[a.png]]", '<img src="/f/a.png" alt="a.png" loading="lazy">'),
        ("![[a.png|300]]", '<img src="/f/a.png" alt="a.png" width="300" loading="lazy">'),
        (
            "![[a.png|300x200]]",
            '<img src="/f/a.png" alt="a.png" width="300" height="200" class="sized" '
            'loading="lazy">',
        ),
        ("![[a.png|A b]]", '<img src="/f/a.png" alt="A b" loading="lazy">'),
        ("![[a.png|A b|300]]", '<img src="/f/a.png" alt="A b" width="300" loading="lazy">'),
        ("![A|300](a.png)", '<img src="/f/a.png" alt="A" width="300" loading="lazy">'),
        ("![300](a.png)", '<img src="/f/a.png" alt="300" loading="lazy">'),
        ("![A *b* `c`](b%20c.png)", '<img src="/f/b%20c.png" alt="A b c" loading="lazy">'),
        ('![A](/z.png "t")', '<img src="/z.png" alt="A" title="t" loading="lazy">'),
        (
            "![A](https://x.example/y.png)",
            '<img src="https://x.example/y.png" alt="A" loading="lazy">',
        ),
    ],
)
def test_pictures(text, picture):
    assert html(text, {}, FILES) == f"<p>{picture}</p>"


UUID = "0f6a7b1e-4a7b-4c39-9a6e-2f1d5c8b9e10"


@pytest.mark.parametrize(
    ("text", "room"),
    [
        (f"![](/attachments/{UUID}/a.png)", 'width="800" height="600"'),
        (f"![](/attachments/{UUID.upper()}/renamed)", 'width="800" height="600"'),
        ("![[a.png]]", 'width="800" height="600"'),
        # What its author wants counts; the rest follows from it.
        ("![[a.png|300]]", 'width="300" height="225"'),
        (f"![A|300](/attachments/{UUID}/a.png)", 'width="300" height="225"'),
        ("![[a.png|300x100]]", 'width="300" height="100" class="sized"'),
        # Nothing is known of these.
        ("![](/attachments/00000000-0000-0000-0000-000000000000/a.png)", ""),
        (f"![](https://x.example/attachments/{UUID}/a.png)", ""),
    ],
)
def test_pictures_have_their_size_before_they_load(text, room):
    files = {"a.png": f"/attachments/{UUID}/a.png"}
    shown = render(text, {}, files, sizes={UUID: (800, 600)}).html
    assert re.sub(r'.* alt="[^"]*" ?(.*) ?loading="lazy"></p>', r"\1", shown).strip() == room


def test_a_file_is_a_link():
    assert html("[[x.pdf|the paper]]", {}, FILES) == '<p><a href="/f/x.pdf">the paper</a></p>'
