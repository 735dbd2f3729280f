"""Titles that no other page has, and the page of each service."""

from __future__ import annotations

import pytest

from services.models import Page
from tests.sync.test_planner import AWS, bring, page

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


def test_a_service_exists_once_and_further_sections_become_topics_about_it():
    bring("AWS.md", AWS)
    bring("Exam notes.md", "## S3\n\nExam.\n\n## EC2\n\nServers.\n")
    topic = page("S3 (Exam notes)")
    assert (topic.kind, topic.about) == ("topic", page("S3"))
    assert list(page("S3").also_about.all()) == [topic]
    assert page("EC2").kind == "service"


def test_a_service_named_twice_in_one_file_becomes_a_topic_the_second_time():
    bring("n.md", "## S3\n\nOne.\n\n## Amazon S3\n\nTwo.\n")
    assert page("Amazon S3 (n)").about == page("S3")


def test_titles_that_repeat_are_told_apart_by_their_document():
    bring("AWS.md", AWS)
    bring("Exam notes.md", "## EC2\n\n## Lambda\n\n## Setup\n\nOther words entirely.\n")
    assert page("Setup (Exam notes)").notes == "Other words entirely.\n"
    bring("a/README.md", "# README\n")
    bring("b/README.md", "# README\n")
    assert page("README (b)").section.document.path == "b/README.md"


def test_headings_without_text_become_untitled_pages():
    bring("n.md", "## S3\n\n##\n\nx\n\n##\n\ny\n\n## EC2\n")
    assert {p.title for p in Page.objects.filter(kind="topic")} == {"Untitled", "Untitled (n)"}
