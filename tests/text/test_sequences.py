"""What two sequences share is found quickly for any text."""

import random
from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.text.line_ends import restore_line_ends
from services.text.merge import merge, similarity
from services.text.sequences import matching_blocks, opcodes
from tests.support.steps import MAX_STEPS, at_most

words = st.lists(st.sampled_from(["a", "b", "c", "d", "", "e f"]), max_size=20)
budgets = st.sampled_from([0, 10, 100, 1_000, 10**9])


@given(words, words, budgets)
def test_blocks_are_equal_in_order_and_separate(old, new, most):
    i = j = 0
    for number, (a, b, size) in enumerate(matching_blocks(old, new, most)):
        assert size > 0
        assert old[a : a + size] == new[b : b + size]
        assert a >= i and b >= j
        assert (a, b) != (i, j) or not number
        i, j = a + size, b + size


@given(words, words, budgets)
def test_opcodes_make_the_new_of_the_old(old, new, most):
    made: list[str] = []
    at = 0
    for kind, a, a_end, b, b_end in opcodes(old, new, most, str.isspace):
        assert a == at
        assert (kind == "equal") == (old[a:a_end] == new[b:b_end])
        made += old[a:a_end] if kind == "equal" else new[b:b_end]
        at = a_end
    assert (made, at) == (new, len(old))


@given(words)
def test_equal_sequences_are_one_block(same):
    assert matching_blocks(same, same, 0) == ([(0, 0, len(same))] if same else [])


@given(st.permutations(range(8)), st.permutations(range(8)), st.integers(0, 9))
def test_unique_elements_are_found_with_any_limit(left, right, most):
    """All of them that are in the same order, which difflib does not guarantee."""
    old, new = [str(n) for n in left], [str(n) for n in right]
    found = sum(size for _, _, size in matching_blocks(old, new, most))
    assert found >= sum(
        b.size for b in SequenceMatcher(None, old, new, False).get_matching_blocks()
    )


def rows(what: str, number: int, between: str = "\n\n") -> str:
    return "".join(f"{what} {n}{between}" for n in range(number))


def every_other(what: str, number: int) -> str:
    return "".join(f"{what if n % 2 else 'row'} {n}\n" for n in range(number))


def onion(number: int) -> tuple[str, str]:
    """Each line that is found makes two more unique."""
    lines = [f"line {n // 2 + n % 2}" for n in range(2 * number)]
    return "\n".join(lines), "\n".join(["x", *lines, "y"])


def of_two(seed: int, number: int, between: str) -> str:
    return between.join(random.Random(seed).choices("ab", k=number))


HARD = {
    "rewritten": (rows("row", 1_200), rows("mine", 1_200), rows("theirs", 1_200)),
    "every other": (
        every_other("base", 10_000),
        every_other("mine", 10_000),
        every_other("theirs", 10_000),
    ),
    "two lines": (of_two(1, 20_000, "\n"), of_two(2, 20_000, "\n"), of_two(3, 20_000, "\n")),
    "onion": (*onion(20_000), onion(20_000)[0] + "z"),
    "turned round": (
        rows("row", 20_000, "\n"),
        "\n".join(reversed(rows("row", 20_000).split("\n"))),
        rows("row", 20_000, "\n") + "more",
    ),
}


@pytest.mark.soak
@pytest.mark.parametrize("name", HARD)
def test_no_text_takes_long_to_merge(name):
    """Some took minutes when all lines were compared with all, while others waited to write."""
    base, mine, theirs = HARD[name]
    with at_most(MAX_STEPS):
        merge(base, mine, theirs)
        restore_line_ends(mine.replace("\n", "\r\n"), base.replace("\n", "\r\n", 1), "\n")
        similarity(mine, theirs)


@pytest.mark.soak
@pytest.mark.parametrize("between", ["\n", " ", ""])
def test_many_similarities_are_computed_in_time(between):
    texts = [of_two(n, 198 if not between else 900, between) for n in range(15)]
    with at_most(MAX_STEPS):
        for one in texts:
            for other in texts:
                similarity(one, other)


def test_a_rewritten_page_takes_the_one_line_that_another_user_changed():
    base, mine = rows("row", 900) + "last\n", rows("| row |", 900) + "last\n"
    merged = merge(base, mine, base.replace("last", "the last"))
    assert (merged.text, merged.disputed) == (mine.replace("last", "the last"), [])
