"""The number of tasks is that of another Markdown parser, file by file."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

import pytest
from markdown_it import MarkdownIt
from mdit_py_plugins.tasklists import tasklists_plugin

from services.markdown.read.front_matter import split_front_matter
from services.markdown.read.notes import read_notes
from tests.support import corpora

OTHER = MarkdownIt("commonmark").enable("table").use(tasklists_plugin)
CUSTOM = re.compile(r"\[([/-])\][ \t]")


def counted_by_the_other(text: str) -> Counter[str]:
    """Count tasks by state. The other parser has `[ ]` and `[x]`, and the text of items."""
    tokens = OTHER.parse(text)
    states: Counter[str] = Counter()
    for before, token in pairwise(tokens):
        if token.type != "inline" or before.type != "paragraph_open":
            continue
        boxes = [child for child in token.children or [] if "<input" in child.content]
        if boxes:
            states["done" if "checked" in boxes[0].content else "open"] += 1
    for index, token in enumerate(tokens):
        if (
            token.type == "inline"
            and tokens[index - 1].type == "paragraph_open"
            and tokens[index - 2].type == "list_item_open"
            and (found := CUSTOM.match(token.content))
        ):
            states["doing" if found[1] == "/" else "na"] += 1
    return states


@pytest.mark.parametrize("file", corpora.files(), ids=corpora.name)
def test_another_parser_finds_the_same_tasks(file):
    text = split_front_matter(corpora.read(file))[1]
    ours = Counter(item.state for item in read_notes(text).items)
    assert ours == counted_by_the_other(text)


def test_our_own_file_has_a_task_in_every_place():
    text = split_front_matter(corpora.read(corpora.ROOT / "tests" / "data" / "tasks.md"))[1]
    ours = Counter(item.state for item in read_notes(text).items)
    assert ours == {"open": 11, "done": 6, "doing": 1, "na": 1}
    assert ours == counted_by_the_other(text)


def test_all_files_together():
    total: Counter[str] = Counter()
    for _, text in corpora.texts():
        total.update(item.state for item in read_notes(split_front_matter(text)[1]).items)
    if corpora.CORPORA.is_dir():
        assert total == {"open": 636, "done": 85, "doing": 18, "na": 19}
    else:
        assert total.keys() == {"open", "done", "doing", "na"}
