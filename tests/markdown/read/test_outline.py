"""Files into sections: the rules of docs/architecture.md one by one."""

from __future__ import annotations

import pytest

from services.aws.catalog import category_named, find_service
from services.markdown.read.notes import read_notes
from services.markdown.read.outline import Outline, Role, read_outline, rename_heading
from tests.support import corpora


def category_of_service(heading: str) -> str | None:
    service = find_service(heading)
    return service.category if service else None


def cut(text: str) -> Outline:
    found = read_outline(
        text, category_named=category_named, category_of_service=category_of_service
    )
    assert found.text == text
    return found


def sections(text: str) -> list[tuple[str, str, str]]:
    return [(s.role.value, s.title, s.category) for s in cut(text).sections]


# Rule 0: is the file split?


def test_a_file_without_known_headings_is_one_page():
    assert sections("# Trip\n\n## Monday\n\n## Tuesday\n") == [("page", "Trip", "")]


def test_a_category_heading_splits_a_file():
    assert sections("## Compute\n\n### ECS\n\n## Notes\n") == [
        ("category", "Compute", "Compute"),
        ("service", "ECS", "Compute"),
        ("topic", "Notes", ""),
    ]


def test_half_of_the_top_sections_naming_services_splits_a_file():
    assert [role for role, *_ in sections("## S3\n\n## Monday\n")] == ["service", "topic"]
    assert sections("## S3\n\n## Monday\n\n## Tuesday\n") == [("page", "", "")]


def test_a_heading_other_alone_does_not():
    assert sections("## Monday\n\n## Other\n") == [("page", "", "")]
    assert sections("## Compute\n\n## Other\n")[1] == ("category", "Other", "Other")


@pytest.mark.parametrize(
    "hidden",
    ["```\n## Compute\n```", "    ## Compute", "<div>\n## Compute\n</div>", "> ## Compute",
     "- ## Compute", "<!--\n## Compute\n-->", "\\## Compute"],
)  # fmt: skip
def test_headings_in_code_html_quotes_and_lists_are_text(hidden):
    assert [role for role, *_ in sections(f"## A\n\n{hidden}\n\n## B\n")] == ["page"]


# Rule 1: front matter


def test_front_matter_is_separate_and_raw():
    found = cut("---\ntags: [a]\n# Compute\n---\n\n## Compute\n\n## B\n")
    assert found.front_matter.raw == "---\ntags: [a]\n# Compute\n---\n\n"
    assert found.front_matter.tags == ["a"]
    assert [s.title for s in found.sections if s.role is Role.CATEGORY] == ["Compute"]


# Rule 2: categories


def test_one_level_below_a_category_are_services_whatever_they_are_called():
    assert sections("# Databases\n\n## My own thing\n\n### Deeper\n\n## S3\n\n# Lambda\n") == [
        ("category", "Databases", "Data Store"),
        ("service", "My own thing", "Data Store"),
        ("service", "S3", "Data Store"),
        ("service", "Lambda", "Compute"),
    ]


def test_words_under_a_category_stay_with_it():
    found = cut("## Other\n\nNo idea.\n\n### IAM\n\n## Compute\n")
    assert (found.sections[0].heading, found.sections[0].body) == ("## Other\n\n", "No idea.\n\n")


# Rule 3 and 4: services and topics elsewhere


def test_a_section_that_names_a_service_is_one():
    assert sections("## Identity and Access Management (IAM)\n\n## Lunch\n")[0] == (
        "service",
        "Identity and Access Management (IAM)",
        "Other",
    )


def test_deeper_headings_stay_in_their_section():
    found = cut("## S3\n\n### SQS\n\ntext\n\n## SNS\n")
    assert [s.title for s in found.sections] == ["S3", "SNS"]
    assert "### SQS" in found.sections[0].body


def test_the_top_level_is_the_shallowest_that_is_used_more_than_once():
    assert sections("# Notes\n\n### S3\n\n### SQS\n") == [
        ("page", "Notes", ""),
        ("service", "S3", "Data Store"),
        ("service", "SQS", "Integration"),
    ]


# Rule 5: what stands before


def test_text_before_the_first_section_is_the_page_of_the_file():
    found = cut("# AWS\n\nIntro.\n\n## S3\n\n## SQS\n")
    first = found.sections[0]
    assert (first.role, first.title, first.heading, first.body) == (
        Role.PAGE,
        "AWS",
        "# AWS\n\n",
        "Intro.\n\n",
    )


def test_it_is_titled_by_front_matter_then_by_its_h1_then_by_its_file():
    assert cut("---\ntitle: T\n---\n# H\n").sections[0].title == "T"
    assert cut("text\n\n# H\n").sections[0].title == "H"
    assert cut("text\n").sections[0].title == ""


def test_blank_lines_before_the_first_section_are_no_page():
    assert [s.role for s in cut("\n\n## S3\n\n## SQS\n").sections] == [Role.SERVICE, Role.SERVICE]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_sections_know_their_lines(end):
    text = end.join(["---", "title: T", "---", "intro", "", "## S3", "", "S3", "---", "", "## SQS"])
    assert [s.line for s in cut(text).sections if s.title in ("T", "SQS")] == [4, 11]


def test_headings_of_two_lines():
    assert sections("S3\n--\n\nSQS\n--\ntext")[0] == ("service", "S3", "Data Store")


def test_an_empty_file_is_one_page():
    assert sections("") == [("page", "", "")]


# The notes that this was made for


def test_notes_about_aws_become_these_sections():
    found = cut(corpora.aws_notes())
    titles: dict[str, list[str]] = {}
    for section in found.sections:
        titles.setdefault(section.role.value, []).append(section.title)
    assert titles["category"] == [
        "Compute",
        "Integration",
        "Data Store",
        "Network and Content Delivery",
        "Other",
    ]
    assert titles["service"] == [
        "ECS",
        "EKS",
        "API Gateway",
        "Step Functions",
        "DynamoDB",
        "S3",
        "CloudFront",
        "Identity and Access Management (IAM)",
        "IAM Identity Center",
    ]
    assert titles["page"] == [""]
    assert titles["topic"][:5] == [
        "How AWS Thinks of the Application Stack",
        "lol",
        "Setup",
        "Questions",
        "Brain dump",
    ]
    assert titles["topic"][5].startswith("What to do if you don't remember the URL")
    assert len(titles["topic"]) == 6
    assert found.front_matter.tags == ["web-dev", "tools"]


def test_notes_about_aws_hold_these_tasks_and_questions():
    items, asked = [], []
    for section in cut(corpora.aws_notes()).sections:
        service = section.role is Role.SERVICE
        notes = read_notes(section.body, service=service, title=section.title)
        items += notes.items
        asked += [(section.title, question) for question in notes.questions]
    assert {item.list_title for item in items} == {"What do I need to learn?"}
    assert [item.state for item in items].count("done") == 8
    assert len(items) == 10
    assert [title for title, _ in asked] == ["API Gateway", "API Gateway", "S3", "Questions"]
    assert not any(question.answer for _, question in asked)
    assert asked[3][1].text.endswith("?")


@pytest.mark.parametrize("file", corpora.files(), ids=corpora.name)
def test_the_pieces_of_a_real_file_are_the_file(file):
    text = corpora.read(file)
    assert cut(text).text == text


@pytest.mark.parametrize(
    ("heading", "new"),
    [
        ("## Old\n\n", "## New\n\n"),
        ("\n### Old ###\r\n", "\n### New ###\r\n"),
        ("  #   Old", "  #   New"),
        ("Old\n===\n", "# New\n"),
        ("Old\nname\n---\n\n", "## New\n\n"),
        ("", ""),
    ],
)
def test_a_heading_is_renamed_in_its_own_style(heading, new):
    assert rename_heading(heading, "New") == new
