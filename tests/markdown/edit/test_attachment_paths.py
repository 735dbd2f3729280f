"""Addresses of stored files as paths in a folder, and back again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.markdown.edit.attachment_paths import export_paths, find_attachment_ids, import_paths

ONE = "0123abcd-0123-4567-89ab-0123456789ab"
TWO = "99999999-0123-4567-89ab-0123456789ab"
KNOWN = {ONE}
HERE = f"/attachments/{ONE}/"
AWAY = f"../attachments/{ONE}/"


@pytest.mark.parametrize(
    "text",
    [
        "![words](<at>a.png)",
        "[words](<at>a.pdf#page=3)",
        "[words](<at>a.pdf?x=1 'Title')",
        "[words](<<at>a b.pdf>)",
        "[a ![b](<at>a.png) c](<at>c.pdf)",
        "[![a](<at>a.png)](https://example.com)",
        "[words](\n<at>a.pdf\n)",
        "> [words](\n> <at>a.pdf)",
        "[`]`\\] **b** <b>x</b>](<at>a.pdf)",
        "[](<at>a.pdf)",
        "[words][r]\n\n[r]: <at>a.pdf 'T'",
        "> [r]\n>\n> [R]:\n> <<at>a b.pdf>\n",
        "[nobody asks]: <at>a.pdf",
        "[a\\]b]: <at>a.pdf\n\n[a\\]b]",
        "- [ ] ä [w](<at>ü.pdf)\r\n- [x] ![w](<at>a.png)\r",
        "| a |\n|---|\n| ![x](<at>a.png) |\n",
        "[^1]\n\n[^1]: [w](<at>a.pdf)\n",
        "---\ntitle: x\n---\n\n[w](<at>a.pdf)\n",
        "<img src='<at>a.png'>",
        'Words <img alt="ä" SRC = "<at>ä b.png" width=30> and <a\nhref="<at>a.pdf#page=2">w</a>\n',
        "<img src=<at>a.png>",
        "<p><img alt='a > b' src='<at>R&amp;D.png'></p>\n",
        "<video poster='<at>a.png' controls>\n<source src='<at>a.mp4'>\n</video>\n",
        "> - <div>\n>   <img\n>    src='<at>a.png'>\n>   </div>\n",
        "<div>\r\n<a href='<at>a.pdf'>[w](x)</a>\r\n</div>\r\n",
        "<!-- x -->\n<script>x</script><img src='<at>a.png'>\n",
        "<iframe src='<at>a.pdf'></iframe>\n",
        "[a <img src='<at>a.png'>](<at>a.pdf) <img src='<at>b.png'>",
        "<div>\n<a <img src='<at>a.png'>\n</div>\n",
    ],
)
def test_links_lead_to_the_same_file_from_either_place(text):
    here, away = text.replace("<at>", HERE), text.replace("<at>", AWAY)
    assert export_paths(here, 1, KNOWN)[0] == away
    assert import_paths(away, 1, KNOWN) == here


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<at>a.png",
        "`[w](<at>a.pdf)`",
        "```\n![w](<at>a.png)\n[r]: <at>a.png\n```\n",
        "    [w](<at>a.pdf)\n",
        "`<img src='<at>a.png'>`",
        "```html\n<img src='<at>a.png'>\n```\n",
        "    <img src='<at>a.png'>\n",
        "\\<img src='<at>a.png'>",
        "<!-- <img src='<at>a.png'> -->",
        "<!--\n\n<img src='<at>a.png'>",
        "<script>\nlet a = \"<img src='<at>a.png'>\";\n</script>\n",
        "<img alt='<at>a.png' data-src='<at>a.png'>",
        "<img alt=\"src='<at>a.png'\">",
        "<img src='x<at>a.png'>",
        "<img src='https://example.com<at>a.png'>",
        "<img src='<at>a.png/b'>",
        "<img src='<at>a\n.png'>",
        "<div>\n<img src='<at>a.png'\n</div",
        "<div>\n[w](<at>a.pdf)\n</div>\n",
        "<!-- [w](<at>a.pdf) -->",
        "[[<at>a.pdf]]",
        "\\[w](<at>a.pdf)",
        "[w] (<at>a.pdf)",
        "[w](x<at>a.pdf)",
        "[w](https://example.com<at>a.pdf)",
        "[w](a.pdf '<at>a.pdf')",
        "---\ntitle: '[w](<at>a.pdf)'\n---\nWords\n",
    ],
)
def test_what_is_no_link_stays(text):
    for at in (HERE, AWAY):
        written = text.replace("<at>", at)
        assert export_paths(written, 1, KNOWN) == (written, [])
        assert import_paths(written, 1, KNOWN) == written


@pytest.mark.parametrize(
    "dest",
    [
        f"/attachments/{TWO}/a.png",
        f"/attachments/{ONE.upper()}/a.png",
        f"/attachments/{ONE}",
        f"/attachments/{ONE}/",
        f"/attachments/{ONE}/thumbnail/a.png",
        f"//attachments/{ONE}/a.png",
        f"/x/attachments/{ONE}/a.png",
    ],
)
def test_only_addresses_of_known_files_become_paths(dest):
    text = f"[w]({dest}) [v]({HERE}b.png)"
    assert export_paths(text, 1, KNOWN)[0] == f"[w]({dest}) [v]({AWAY}b.png)"


@pytest.mark.parametrize(
    "dest",
    [
        f"attachments/{ONE}/a.png",
        f"./../attachments/{ONE}/a.png",
        f"../../attachments/{ONE}/a.png",
        f"..//attachments/{ONE}/a.png",
        f"../x/../attachments/{ONE}/a.png",
        f"../attachments/{TWO}/a.png",
        f"../Attachments/{ONE}/a.png",
    ],
)
def test_only_the_paths_that_an_export_writes_become_addresses(dest):
    assert import_paths(f"[w]({dest})", 1, KNOWN) == f"[w]({dest})"


@pytest.mark.parametrize(("depth", "up"), [(0, ""), (1, "../"), (3, "../../../")])
def test_a_path_has_a_step_up_for_each_folder_of_the_note(depth, up):
    assert export_paths(f"![]({HERE}a.png)", depth, KNOWN)[0] == f"![]({up}attachments/{ONE}/a.png)"
    assert import_paths(f"![]({up}attachments/{ONE}/a.png)", depth, KNOWN) == f"![]({HERE}a.png)"


def test_a_text_stays_where_a_link_would_be_read_as_another():
    text = f"[w]({HERE}a(b)/c.png) ![]({HERE}a.png)"
    assert export_paths(text, 1, KNOWN) == (text, [])


def test_the_files_are_named_as_the_text_names_them():
    text = f"![]({HERE}a%20b.png) [w]({HERE}a%20b.png#x) [r]\n\n[r]: {HERE}R&D.pdf\n"
    text += f"\n<img src='{HERE}&#38;%20&quot;.png'>\n"
    names = ["a b.png", "R&D.pdf", '& ".png']
    assert export_paths(text, 1, KNOWN)[1] == [(ONE, name) for name in names]


def test_a_text_with_both_kinds_stays_so_that_it_comes_back():
    text = f"![]({HERE}a.png) ![]({AWAY}a.png)"
    assert export_paths(text, 1, KNOWN) == (text, [])
    assert import_paths(text, 1, KNOWN) == text


def test_what_could_be_a_stored_file_is_looked_up():
    assert find_attachment_ids(f"{HERE}a.png and {AWAY}b.png, attachments/{TWO}/c") == {ONE, TWO}
    assert find_attachment_ids("Words") == set()


PIECES = st.sampled_from(
    [
        "[",
        "]",
        "(",
        ")",
        "![",
        "](",
        "]: ",
        "[r]",
        "[[",
        "]]",
        "<",
        ">",
        "\\",
        "`",
        "```",
        "\n",
        "\r\n",
        "\n\n",
        "> ",
        "- [ ] ",
        "    ",
        "# ",
        "---\n",
        "<b>",
        "&amp;",
        " 'T'",
        "|",
        "{at}",
        "{at}a.png",
        "](<{at}a b.png>)",
        "[w]({at}a.png)",
        "![w]({at}%C3%A4.png#x)",
        "<img src='{at}a.png'>",
        "<a\nhref=",
        "{at}a.png>",
        "<div>\n",
        "<!--",
        "-->",
        '"',
        "'",
        "[r]: {at}a.png\n",
        "\n\n[q]: <{at}a>\n\n",
        f"/attachments/{TWO}/a.png",
        "ä",
        "x",
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join), st.integers(0, 3))
def test_one_way_undoes_the_other_to_the_byte(text, depth):
    here = text.replace("{at}", HERE)
    away = text.replace("{at}", "../" * depth + HERE[1:])
    assert import_paths(export_paths(here, depth, KNOWN)[0], depth, KNOWN) == here
    assert export_paths(import_paths(away, depth, KNOWN), depth, KNOWN)[0] == away


@given(st.text(), st.integers(0, 3))
def test_any_other_text_stays(text, depth):
    assert export_paths(text, depth, KNOWN) == (text, [])
    assert import_paths(text, depth, KNOWN) == text
