"""Words as search compares them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.search.tokens import (
    find_script,
    fold,
    list_cjk_pairs,
    list_variants,
    list_vocabulary,
    other_numbers,
    split_words,
    squash,
)


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Café", "cafe"), ("ŁÓDŹ", "łodz"), ("Ａｗｓ", "aws"), ("Жук", "жук"), ("’", "’")],
)
def test_case_and_accents_do_not_matter(text, folded):
    assert fold(text) == folded


@given(st.text())
def test_folded_characters_stay_in_their_places(text):
    assert len(fold(text)) == len(text)


def test_letters_with_marks_apart_are_one_word():
    assert split_words("cafe\u0301 naïve") == ["cafe", "naive"]
    assert split_words("snake_case a.b/c") == ["snake", "case", "a", "b", "c"]


def test_names_are_the_same_without_spaces():
    assert squash("Step Functions") == squash("stepfunctions") == squash("Step-Functions")


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Step Functions", ["StepFunctions"]),
        ("OpenSearch", ["Open Search"]),
        ("DynamoDB", ["Dynamo DB"]),
        ("CloudFront", ["Cloud Front"]),
        ("S3", ["S 3"]),
        ("Lambda", []),
    ],
)
def test_names_may_be_run_together_or_apart(name, other):
    assert list(list_variants(name)) == other


def test_scripts_without_spaces_are_cut_in_pairs():
    assert list_cjk_pairs("Amazon 数据库 服") == "数据 据库 库 服 服"
    assert list_cjk_pairs("plain words, naïve ones") == ""


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("policy", ("policies",)),
        ("policies", ("policy",)),
        ("AMI", ("AMIs",)),
        ("AMIs", ("AMI",)),
        ("box", ("boxes",)),
        ("class", ()),
        ("status", ()),
        ("s3", ()),
        ("ip", ("ips",)),
    ],
)
def test_a_word_in_its_other_number(word, other):
    assert other_numbers(word) == other


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Lambda", "latin"),
        ("Привет, AWS", "cyrillic"),
        ("数据库", "cjk"),
        ("123", ""),
        ("é", "latin"),
    ],
)
def test_the_script_that_most_of_a_text_is_in(text, script):
    assert find_script(text) == script


def test_numbers_and_very_long_words_are_no_vocabulary():
    assert list_vocabulary("a an the 2024 Lambda s3 ec2 " + "x" * 31) == {"the", "lambda", "ec2"}
