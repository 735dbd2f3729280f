"""Notes as HTML, feature by feature. Dangerous HTML is in test_sanitise.py."""

from __future__ import annotations

import re

import pytest

from services.markdown.read.anchors import heading_anchor
from services.markdown.render.render import Heading, render, render_inline
from tests.markdown.render.test_sanitise import dangers
from tests.markdown.test_properties import Balance
from tests.support import corpora


def html(
    text: str, links: dict[str, str] | None = None, files: dict[str, str] | None = None
) -> str:
    return render(text, links, files).html.replace(' rel="noopener noreferrer"', "").strip()


# -- headings --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("What is it?", "what-is-it"),
        ("S3 & Co.", "s3--co"),
        ("Größe", "größe"),
        ("under_score", "under_score"),
        ("日本語", "日本語"),
        ("😀", "section"),
        ("kb-main", "section-kb-main"),
        ("  KB-Main!", "section-kb-main"),
    ],
)
def test_anchors_are_those_of_github(text, name):
    assert heading_anchor(text) == name


def test_anchors_are_numbered_as_on_github():
    names = [heading.anchor for heading in render("# A\n\n# A\n\n# A 1\n\n# A\n").headings]
    assert names == ["a", "a-1", "a-1-1", "a-2"]


def test_the_highest_heading_is_an_h2():
    assert render("### A\n\n#### B\n\n###### C\n").headings == [
        Heading(2, "A", "a"),
        Heading(3, "B", "b"),
        Heading(5, "C", "c"),
    ]
    assert html("# A\n###### B") == '<h2 id="a">A</h2>\n<h6 id="b">B</h6>'


def test_headings_in_quotes_and_lists_are_shown_but_not_listed():
    rendered = render("> # Quoted\n\n- # Listed\n\n## Own\n")
    assert [heading.text for heading in rendered.headings] == ["Own"]
    assert '<h2 id="quoted">' in rendered.html
    assert '<h2 id="own">' in rendered.html


def test_a_heading_knows_its_words_without_their_marks():
    assert render("# A *b* `c` [d](/x) ![e](/f.png)\n").headings[0].text == "A b c d e"


# -- lists -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mark", "state", "label", "checked"),
    [
        (" ", "open", "To do", False),
        ("/", "doing", "In progress", False),
        ("x", "done", "Done", True),
        ("X", "done", "Done", True),
        ("-", "na", "Not applicable", False),
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_task_shows_its_state(gap, mark, state, label, checked):
    shown = html(f"- [{mark}] *a*{gap}- b")
    assert f'<li class="task task-{state}">' in shown
    assert f'aria-label="{label}"' in shown
    assert 'type="checkbox"' in shown
    assert 'disabled="disabled"' in shown
    assert ("checked" in shown) is checked
    assert f"[{mark}]" not in shown
    assert "<em>a</em>" in shown


def test_a_box_without_words_is_text():
    assert html("- [ ]\n- [/]") == "<ul>\n<li>[ ]</li>\n<li>[/]</li>\n</ul>"


def test_lists_begin_where_they_begin():
    assert html("3. a\n4. b") == '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>'


# -- tables, footnotes, strikethrough, code --------------------------------------------------------


def test_tables_are_aligned_and_scroll_in_a_box():
    shown = html("| a | b | c | d |\n|---|:--|:-:|--:|\n| 1 | *2* | `3` | [[x\\|y]] |\n")
    assert shown.startswith('<div class="table" role="group" aria-label="Table" tabindex="0">')
    assert '<th>a</th><th class="align-left">b</th><th class="align-center">c</th>' in shown
    assert '<td class="align-left"><em>2</em></td>' in shown
    assert '<td class="align-right"><span class="missing"' in shown
    assert ">y</span>" in shown


def test_footnotes_are_numbered_in_the_order_of_the_text():
    shown = html("b[^B] a[^a] b[^b]\n\n[^a]: Note A\n\n[^b]: Note *B*\n")
    assert '<a href="#fn-1" id="fnref-1">1</a></sup> a<sup><a href="#fn-2"' in shown
    assert shown.count('href="#fn-1"') == 2
    assert shown.count('id="fnref-1"') == 1
    assert '<li id="fn-1"><p>Note <em>B</em> <a href="#fnref-1" aria-label="Back' in shown


def test_a_footnote_that_nothing_refers_to_is_still_shown():
    shown = html("a\n\n[^1]: Lost")
    assert '<li id="fn-1"><p>Lost</p></li>' in shown
    assert "fnref" not in shown


def test_a_reference_to_no_footnote_is_text():
    assert html("a[^1]") == "<p>a[^1]</p>"


def test_strikethrough():
    assert html("~~gone~~") == "<p><del>gone</del></p>"


def test_code_is_highlighted_by_its_language():
    shown = html("```python\nif x:\n```")
    assert '<pre tabindex="0" data-language="python">' in shown
    assert '<span class="k">if</span>' in shown


@pytest.mark.parametrize("info", ["", "nonsense", "nonsense {x}"])
def test_code_in_no_known_language_is_plain(info):
    assert "<code>a &lt; b\n</code>" in html(f"```{info}\na < b\n```")


# -- callouts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "kind"),
    [("NOTE", "note"), ("Tip", "tip"), ("IMPORTANT", "important"), ("warning", "warning"),
     ("CAUTION", "warning"), ("bug", "danger"), ("faq", "question"), ("answer", "tip"),
     ("own-word", "note")],
)  # fmt: skip
def test_callouts_of_github_and_obsidian(word, kind):
    shown = html(f"> [!{word}]\n> Text")
    name = word.lower().replace("-", " ").capitalize()
    assert shown == (
        f'<div class="callout callout-{kind}">\n<p class="callout-title">{name}</p>\n'
        "<p>Text</p>\n</div>"
    )


def test_a_callout_may_have_a_title():
    shown = html("> [!note] A *b* `c` [[d]]\n> Text", {"d": "/d"})
    assert '<p class="callout-title">A <em>b</em> <code>c</code> <a href="/d">d</a></p>' in shown
    assert "<p>Text</p>" in shown


def test_a_callout_may_fold():
    assert html("> [!tip]- T\n> x").startswith('<details class="callout callout-tip">\n<summary ')
    assert html("> [!tip]+ T\n> x").startswith('<details class="callout callout-tip" open="">')


def test_callouts_nest():
    shown = html("> [!question] Why?\n> > [!answer] So\n> > Text")
    assert shown.count("<div class=") == 2
    assert '<p class="callout-title">So</p>\n<p>Text</p>\n</div>\n</div>' in shown


@pytest.mark.parametrize(
    "rest",
    ["*a\n> b*", "[a\n> b](/c)", "**a\n> b** c", "`a\n> b`", "a\\\n> b"],
)
def test_text_after_a_title_does_no_harm(rest):
    shown = html(f"> [!note] {rest}\n\nAfter.")
    assert shown.endswith("</div>\n<p>After.</p>")
    assert 'class="callout-title"' in shown


@pytest.mark.parametrize("text", ["> \\[!note] a", "> [!] a", "> a [!note]", "> - [!note] a"])
def test_other_quotes_are_quotes(text):
    assert html(text).startswith("<blockquote>")


# -- links -----------------------------------------------------------------------------------------


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


# -- pictures --------------------------------------------------------------------------------------


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


# -- one line --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a *b* `c`", "a <em>b</em> <code>c</code>"),
        ("# a", "# a"),
        ("- a", "- a"),
        ("a <p align=left>b", "a &lt;p align=left&gt;b"),
        ("", ""),
    ],
)
def test_one_line_has_no_blocks(text, line):
    assert render_inline(text) == line


# -- whatever comes --------------------------------------------------------------------------------


PATHOLOGICAL = {
    "quotes": "> " * 1_000 + "x",
    "lists": "- " * 1_000 + "x",
    "numbers": "1. " * 1_000 + "x",
    "tasks": "".join("  " * depth + "- [ ] x\n" for depth in range(300)),
    "emphasis": "*a **b " * 10_000,
    "stars": "*" * 50_000 + "x" + "*" * 50_000,
    "links": "[a](" * 20_000,
    "links in links": "[" * 1_000 + "x" + "](y)" * 1_000,
    "brackets": "[" * 100_000,
    "wiki-links": "[[" * 50_000,
    "pictures in pictures": "![" * 1_000 + "x" + "](y)" * 1_000,
    "a long word": "x" * 100_000,
    "a long line": "word " * 20_000,
    "headings": "# H\n" * 10_000,
    "callouts": "> [!note] x\n\n" * 3_000,
    "callouts in callouts": "".join("> " * depth + "[!note] x\n" for depth in range(1, 200)),
    "footnotes": "".join(f"[^{n}] " for n in range(2_000)) + "\n\n"
    + "".join(f"[^{n}]: x\n\n" for n in range(2_000)),
    "footnotes in footnotes": "[^1]:" * 1_000 + " x",
    "open elements": "<div>" * 20_000,
    "open lines": "<div>\n\n" * 10_000,
    "open formatting": "<p>" + "".join(f"<b title={n}>" for n in range(1_000)) + "</p>\n\n"
    + "x\n\n" * 2_000,
    "comments": "<!--" * 20_000,
    "less than": "<" * 100_000,
    "backticks": "".join("`" * length + " " for length in range(300)),
    "a table": "|a|b|\n|-|-|\n" + "|x|y|\n" * 5_000,
    "addresses": "http://!" * 10_000 + "www." * 10_000 + "http://a(" + ")" * 20_000,
    "questions": "Q: a?\nA: b\n" * 3_000,
}  # fmt: skip


@pytest.mark.parametrize("name", PATHOLOGICAL)
def test_no_text_takes_forever(name):
    shown = render(PATHOLOGICAL[name]).html
    assert dangers(shown) == []
    Balance(shown)
    assert len(shown) < 60 * len(PATHOLOGICAL[name]) + 1_000


@pytest.mark.parametrize("file", corpora.files(), ids=corpora.name)
def test_real_files(file):
    shown = render(corpora.read(file)).html
    assert dangers(shown) == []
    Balance(shown)


def test_what_is_nested_too_deep_is_drawn_flat():
    assert render("> " * 1_000 + "x").html.count("<blockquote>") == 60
    assert render("- " * 1_000 + "x").html.count("<ul>") == 30
    assert "x" in render("*a **b " * 1_000 + "x").html


def test_unclosed_elements_are_closed():
    shown = render("<div>" * 1_000 + "\n\n" + "<b title=x>" * 1_000 + "\n\nAfter.").html
    assert shown.count("<div>") <= 100
    assert shown.count("<b ") <= 200
    assert render("<div>" * 100 + "x" + "</div>" * 100).html.count("<div>") == 100


@pytest.mark.parametrize("html", ["<div>\n<!--", "<p>\n<!-- a -- b", "<div title='", "<p>\n<svg>"])
def test_html_that_is_left_open_swallows_nothing(html):
    assert "<p>After.</p>" in render(f"{html}\n\nAfter.").html


def test_lists_and_tasks_follow_letters_that_run_to_the_left():
    html = render("- [ ] ללמוד\n- [x] learn\n\n1. تعلم\n").html
    assert html.count('" dir="auto">') == 2
    assert '<ul dir="auto">' in html
    assert '<ol dir="auto">' in html


@pytest.mark.parametrize("text", ["- [ ] learn\n- a\n", "- [ ] Zürich 学ぶ → учить\n"])
def test_other_notes_need_no_direction(text):
    assert "dir=" not in render(text).html
