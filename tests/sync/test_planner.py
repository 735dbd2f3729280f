"""What an import does with each section: the first time, again, and after changes on both sides."""

from __future__ import annotations

import pytest

from services.models import ChecklistItem, Link, Page, Section
from services.pages.revise import revise
from services.sync.apply import apply_plan
from services.sync.plan import Action
from services.sync.read_files import SourceFile
from services.sync.stored import plan_import
from tests.support.pages import revise_by_fields

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]

AWS = """\
---
tags: [cloud, work]
aliases: Amazon
created: 2024-04-15
---
What I know about AWS.

What do I need to learn?

- [x] S3
- [ ] ECS/EKS
- [/] IAM Identity Center

## Compute

All that runs.

### ECS

Containers. See [[S3]].

### EKS

Is it worth it?

## Data Store

### S3

Objects.

## Other

### Identity and Access Management (IAM)

Who may.

### IAM Identity Center

People.

## Setup

How to begin.
"""


def bring(path: str, text: str, **kwargs):
    plan = plan_import([SourceFile(path, text.encode())], **kwargs)
    apply_plan(plan)
    return plan


def actions(plan) -> dict[str, str]:
    return {c.title: c.action.value for c in plan.changes if c.action != Action.UNCHANGED}


def page(title: str) -> Page:
    return Page.objects.get(title=title)


def test_sections_become_services_and_topics():
    bring("AWS.md", AWS)
    services = Page.objects.filter(kind="service").order_by("position")
    assert [(str(p), p.category.name) for p in services] == [
        ("ECS", "Compute"),
        ("EKS", "Compute"),
        ("S3", "Data Store"),
        ("Identity and Access Management (IAM)", "Other"),
        ("IAM Identity Center", "Other"),
    ]
    topics = Page.objects.filter(kind="topic").order_by("position")
    assert [p.title for p in topics] == ["AWS", "Setup"]
    assert page("S3").notes == "Objects.\n\n"
    assert page("S3").aws_id == "s3"


def test_the_first_page_has_the_front_matters_tags_aliases_and_date():
    bring("AWS.md", AWS)
    aws = page("AWS")
    assert sorted(tag.name for tag in aws.tags.all()) == ["cloud", "work"]
    assert aws.aliases == ["Amazon"]
    assert aws.created_at.date().isoformat() == "2024-04-15"
    assert not page("S3").tags.exists()


def test_items_name_the_pages_that_they_name():
    bring("AWS.md", AWS)
    named = {item.text: {p.title for p in item.names.all()} for item in ChecklistItem.objects.all()}
    assert named == {
        "S3": {"S3"},
        "ECS/EKS": {"ECS", "EKS"},
        "IAM Identity Center": {"IAM Identity Center"},
    }
    assert set(ChecklistItem.objects.values_list("list_title", flat=True)) == {
        "What do I need to learn?"
    }


def test_links_lead_to_pages():
    bring("AWS.md", AWS)
    assert Link.objects.get(target="S3").to == page("S3")


def test_links_find_pages_that_come_later():
    bring("a.md", "# First\n\n[[Second]] and [this](b.md)\n")
    assert set(Link.objects.values_list("to", flat=True)) == {None}
    bring("b.md", "# Second\n")
    assert set(Link.objects.values_list("to__title", flat=True)) == {"Second"}


def test_importing_twice_changes_nothing():
    bring("AWS.md", AWS)
    before = list(Page.objects.values()), list(ChecklistItem.objects.values())
    plan = bring("AWS.md", AWS)
    assert plan.counts() == {"unchanged": 10}
    assert (list(Page.objects.values()), list(ChecklistItem.objects.values())) == before


def test_a_changed_file_updates_untouched_pages():
    bring("AWS.md", AWS)
    plan = bring("AWS.md", AWS.replace("Objects.", "Objects in buckets."))
    assert actions(plan) == {"S3": "updated"}
    assert page("S3").notes == "Objects in buckets.\n\n"
    assert page("S3").version == 2


def test_a_page_changed_here_is_kept():
    bring("AWS.md", AWS)
    s3 = page("S3")
    revise(s3, "Mine.\n\n", version=1)
    plan = bring("AWS.md", AWS)
    assert actions(plan) == {"S3": "preserved"}
    assert page("S3").notes == "Mine.\n\n"


def test_changes_on_both_sides_are_merged_by_line():
    text = AWS.replace("Objects.", "One.\n\nTwo.\n\nThree.")
    bring("AWS.md", text)
    revise(page("S3"), "One!\n\nTwo.\n\nThree.\n\n", version=1)
    plan = bring("AWS.md", text.replace("Three.", "Three?!"))
    assert actions(plan) == {"S3": "merged"}
    assert page("S3").notes == "One!\n\nTwo.\n\nThree?!\n\n"


def test_a_clash_keeps_ours_and_theirs_beside_it():
    bring("AWS.md", AWS)
    revise(page("S3"), "Mine.\n\n", version=1)
    plan = bring("AWS.md", AWS.replace("Objects.", "Theirs."))
    assert actions(plan) == {"S3": "conflict"}
    section = Section.objects.get(page=page("S3"))
    assert page("S3").notes == "Mine.\n\n"
    assert (section.theirs, section.base) == ("Theirs.\n\n", "Objects.\n\n")


def test_an_open_clash_stays_one_when_the_file_comes_again():
    bring("AWS.md", AWS)
    revise(page("S3"), "Mine.\n\n", version=1)
    theirs = AWS.replace("Objects.", "Theirs.")
    bring("AWS.md", theirs)
    plan = bring("AWS.md", theirs)
    assert actions(plan) == {"S3": "conflict"}
    assert [c.detail for c in plan.changes if c.title == "S3"] == [
        "still to be resolved on its page"
    ]
    assert Section.objects.get(page=page("S3")).theirs == "Theirs.\n\n"


def test_a_clash_ends_when_the_file_has_our_text():
    bring("AWS.md", AWS)
    revise(page("S3"), "Mine.\n\n", version=1)
    bring("AWS.md", AWS.replace("Objects.", "Theirs."))
    bring("AWS.md", AWS.replace("Objects.", "Mine."))
    section = Section.objects.get(page=page("S3"))
    assert (section.theirs, section.base) == (None, "Mine.\n\n")


def test_a_section_gone_from_the_file_is_reported_and_its_page_stays():
    bring("AWS.md", AWS)
    without = AWS.replace("### S3\n\nObjects.\n\n", "")
    plan = bring("AWS.md", without)
    assert actions(plan) == {"S3": "gone"}
    assert page("S3").notes == "Objects.\n\n"
    assert actions(bring("AWS.md", without + "\nmore\n")) == {"Setup": "updated"}


def test_a_section_that_comes_back_is_the_same_page():
    bring("AWS.md", AWS)
    pk = page("S3").pk
    bring("AWS.md", AWS.replace("### S3\n\nObjects.\n\n", ""))
    bring("AWS.md", AWS)
    assert page("S3").pk == pk
    assert Page.objects.filter(title__startswith="S3").count() == 1


def test_a_renamed_heading_renames_the_page():
    bring("AWS.md", AWS)
    pk = page("Setup").pk
    plan = bring("AWS.md", AWS.replace("## Setup", "## Setting up"))
    assert actions(plan) == {"Setting up": "renamed"}
    assert page("Setting up").pk == pk


def test_a_renamed_page_keeps_its_name_here_when_its_words_change_in_the_file():
    bring("AWS.md", AWS)
    setup = page("Setup")
    setup.title = "Beginning"
    revise_by_fields(setup)
    bring("AWS.md", AWS.replace("How to begin.", "How to start."))
    assert page("Beginning").notes == "How to start.\n"


def test_a_service_moved_to_another_category_in_the_file_moves():
    bring("AWS.md", AWS)
    moved = AWS.replace("### S3\n\nObjects.\n\n", "").replace(
        "## Data Store", "### S3\n\nObjects.\n\n## Data Store"
    )
    plan = bring("AWS.md", moved)
    assert actions(plan) == {"S3": "updated"}
    assert page("S3").category.name == "Compute"


def test_a_service_moved_here_stays_where_it_was_put():
    bring("AWS.md", AWS)
    s3 = page("S3")
    s3.category = page("ECS").category
    revise_by_fields(s3)
    bring("AWS.md", AWS.replace("Objects.", "Buckets."))
    assert page("S3").category.name == "Compute"


def test_the_order_in_the_file_is_the_order_here():
    bring("AWS.md", AWS)
    ecs, eks = "### ECS\n\nContainers. See [[S3]].\n\n", "### EKS\n\nIs it worth it?\n\n"
    swapped = AWS.replace(ecs + eks, eks + "### Lambda\n\nFunctions.\n\n" + ecs)
    bring("AWS.md", swapped)
    compute = page("ECS").category.pages.order_by("position", "pk")
    assert [p.title for p in compute] == ["EKS", "Lambda", "ECS"]


def test_a_file_that_is_one_page_is_a_service_by_title_folder_or_front_matter():
    bring("Amazon SQS.md", "Queues.\n")
    bring("Compute/My cluster.md", "Mine.\n")
    bring("x.md", "---\ncategory: Networking\n---\nThe office line.\n")
    bring("Diary.md", "Today.\n")
    assert page("Amazon SQS").category.name == "Integration"
    assert page("My cluster").category.name == "Compute"
    assert page("x").category.name == "Network and Content Delivery"
    assert page("Diary").kind == "topic"


def test_many_headings_renamed_at_once_keep_their_pages():
    text = "# Compute\n\n" + "".join(f"## Old {n}\n\nWhat thing {n} is for.\n\n" for n in range(60))
    bring("n.md", text)
    plan = bring("n.md", text.replace("## Old", "## New"))
    assert plan.counts() == {"renamed": 60, "unchanged": 1}


def test_a_renamed_section_is_read_as_what_it_is_called_now():
    bring("n.md", "## S3\n\n## EC2\n\n## Questions\n\nWhy?\n")
    bring("n.md", "## S3\n\n## EC2\n\n## Thoughts\n\nWhy?\n")
    assert not page("Thoughts").questions.exists()


def test_a_file_that_was_split_stays_so():
    bring("n.md", "## S3\n\nOne thing that I know.\n\n## Notes\n\nTwo.\n")
    plan = bring("n.md", "## Keeping things\n\nOne thing that I know.\n\n## Notes\n\nTwo.\n")
    assert plan.counts() == {"renamed": 1, "unchanged": 1}
