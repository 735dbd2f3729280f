"""The pages and files that notes link to."""

from __future__ import annotations

from services.markdown.read.notes import read_notes
from services.markdown.read.targets import local_target, target_name


def test_links_lead_to_pages_and_files_each_once():
    text = (
        "[[S3]] [[S3#Cost|cost]] ![[a b.png|300]] [x](notes/SQS.md#y) ![y](img/c%20d.png) [[S3]]\n"
        "| a |\n|---|\n| [[IAM\\|who]] |\n"
    )
    assert read_notes(text).targets == ["S3", "a b.png", "notes/SQS.md", "img/c d.png", "IAM"]


def test_links_to_other_sites_are_no_targets():
    text = "[a](https://x.example) [b](/b) [c](#c) [d](mailto:a@b.c) <https://y.example> [[#Here]]"
    assert read_notes(text).targets == []
    assert read_notes("`[[a]]`\n\n```\n[[b]]\n```\n\n<div>\n[[c]]\n</div>").targets == []


def test_a_target_is_as_it_is_written_without_its_heading():
    assert local_target("a%20b.md#c", wiki=False) == "a b.md"
    assert local_target("a%20b#c", wiki=True) == "a%20b"
    assert local_target("C:/x", wiki=False) == ""
    assert len(local_target("x" * 1000, wiki=True)) == 500


def test_the_name_in_a_target():
    assert target_name("notes/S3.md") == "S3"
    assert target_name("aws\\S3.MD") == "S3"
    assert target_name("Step Functions") == "Step Functions"
    assert target_name("a.png") == "a.png"
