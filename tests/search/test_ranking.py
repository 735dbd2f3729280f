"""What is found comes in the order of how well it fits."""

from __future__ import annotations

import pytest

from services.search import search as finding
from tests.support.finding import page, titles

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


def test_a_page_that_is_called_so_comes_before_those_that_mention_it():
    for number in range(10):
        page(f"Note {number}", "s3 s3 s3 S3\n\n## S3\n\nS3")
    page("S3", "Objects in buckets.", category="data-store")
    assert titles("s3")[0] == "S3"


@pytest.mark.parametrize("asked", ["IAM", "iam", "who may", "Identity and Access Management"])
def test_titles_abbreviations_and_aliases_are_names(asked):
    page("Other", f"{asked} {asked} {asked}\n\n# {asked}")
    page(f"{asked} and more", f"{asked} {asked}")
    page("Identity and Access Management", "x", abbreviation="IAM", aliases=["Who may"])
    assert titles(asked)[0] == "Identity and Access Management (IAM)"


@pytest.mark.parametrize("asked", ["simple storage service", "Amazon S3", "simple queue service"])
def test_the_names_that_aws_uses_are_names(asked):
    page("S3", "Objects in buckets.", category="data-store")
    page("SQS", "Messages in queues.", category="integration")
    page("Storage", "A simple service for storage of many a queue.")
    assert titles(asked)[0] == ("SQS" if "queue" in asked else "S3")


def test_then_titles_that_begin_so_then_headings_questions_and_text():
    page("In the text", "Some words, and snapshots among many others that say something else.")
    page("Asked", "Some words.\n\n> [!question] Do snapshots cost\n\nMany others, something else.")
    page("Headed", "# Snapshots\n\nSome words among many others that say something else.")
    page("Snapshots of disks", "Words.")
    assert titles("snapshots") == ["Snapshots of disks", "Headed", "Asked", "In the text"]


def test_words_side_by_side_in_a_heading_come_first():
    for number in range(8):
        page(f"Note {number}", "Other words.")
    page("Apart", "## Start\n\nStart here, cold or not.\n\n## Cold\n\nIt may be cold at start.")
    page("Together", "## A cold start\n\n" + "Other words fill this page up. " * 5)
    assert titles("cold start")[0] == "Together"


def test_of_two_languages_the_one_that_is_asked_in_comes_first():
    page("Лямбда", "Холодный запуск: cold start. " + "Слова и слова. " * 5)
    page("Lambda in English", "A cold start. " + "Words and more words follow here. " * 9)
    assert titles("cold start")[0] == "Lambda in English"
    assert titles("запуск cold")[0] == "Лямбда"


def test_a_word_that_very_many_pages_hold_is_found_by_name_and_heading_first(monkeypatch):
    monkeypatch.setattr(finding, "MAX_RANKED", 5)
    page("Old, but headed", "## Everywhere\n\nwords")
    page("Everywhere we look", "words")
    for number in range(8):
        page(f"Note {number}", "everywhere")
    found = titles("everywhere")
    assert found[:3] == ["Everywhere we look", "Old, but headed", "Note 7"]
    assert len(found) == 10
