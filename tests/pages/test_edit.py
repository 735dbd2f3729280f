"""Editing pages on the site: what is stored, merged, refused and said."""

import pytest

from services.models import Category, Document, Page, Section
from services.pages.revise import revise
from tests.support.editing import NOTES, PATH, opened, said
from tests.support.pages import make_service, make_topic

pytestmark = pytest.mark.django_db
ONE = "/pages/plan/edit/?section=one"


def test_all_facts_are_stored(as_editor, plan):
    compute = Category.objects.get(slug="compute")
    facts = {
        "title": "  Elastic   Container Service ",
        "abbreviation": "ECS",
        "category": str(compute.pk),
        "aliases": "Containers\r\nFargate's home",
        "tags": "tools, web-dev",
    }
    response = as_editor.post(PATH, opened(as_editor) | facts)
    page = Page.objects.get()
    assert response["Location"] == "/services/elastic-container-service/"
    assert page.title == "Elastic Container Service"
    assert (page.kind, page.category, page.aws_id) == ("service", compute, "ecs")
    assert page.aliases == ["Containers", "Fargate's home"]
    assert sorted(page.tags.names()) == ["tools", "web-dev"]
    assert page.version == 2


def test_a_service_that_leaves_its_category_is_a_topic_and_keeps_the_rest(as_editor):
    compute = Category.objects.get(slug="compute")
    page = make_service(title="Lambda", category=compute, aliases=["Functions"])
    as_editor.post(
        "/pages/lambda/edit/", opened(as_editor, "/pages/lambda/edit/") | {"category": ""}
    )
    page = Page.objects.get(pk=page.pk)
    assert (page.kind, page.category, page.aliases) == ("topic", None, ["Functions"])
    assert page.aws_id == "lambda"


def test_a_topic_about_a_service_that_becomes_one_is_about_none(as_editor, plan):
    compute = Category.objects.get(slug="compute")
    service = make_service(title="Lambda", category=compute)
    revise(plan, version=1, about=service)
    as_editor.post(PATH, opened(as_editor) | {"category": str(compute.pk), "title": "AWS Lambda"})
    page = Page.objects.get(pk=plan.pk)
    # The id is the other's already.
    assert (page.kind, page.about, page.aws_id) == ("service", None, "")


def test_crlf_of_stored_notes_is_kept_where_nothing_was_changed(as_editor):
    page = make_topic(title="Plan", notes="One.\r\nTwo.\nThree.\r\n")
    fields = opened(as_editor)
    as_editor.post(PATH, fields | {"notes": "One.\r\nTwo!\r\nThree.\r\nFour.\r\n"})
    page = Page.objects.get()
    assert page.notes == "One.\r\nTwo!\r\nThree.\r\nFour.\r\n"
    revise(page, "One.\r\nTwo.\nThree.\r\n", version=2)
    as_editor.post(PATH, opened(as_editor) | {"title": "Plans"})
    assert Page.objects.get().notes == "One.\r\nTwo.\nThree.\r\n"


def test_new_lines_end_as_in_the_page_s_file(as_editor, plan):
    document = Document.objects.create(path="plan.md", line_end="\r\n")
    Section.objects.create(document=document, position=0, page=plan)
    as_editor.post(PATH, opened(as_editor) | {"notes": NOTES + "New.\r\n"})
    assert Page.objects.get().notes == NOTES + "New.\r\n"


def test_the_merge_keeps_line_ends_of_both(as_editor, as_olga):
    make_topic(title="Plan", notes="One.\r\n\r\nTwo.\r\n")
    mine, theirs = opened(as_editor), opened(as_olga)
    as_olga.post(PATH, theirs | {"notes": "One!\r\n\r\nTwo.\r\n"})
    as_editor.post(PATH, mine | {"notes": "One.\r\n\r\nTwo!\r\n"})
    assert Page.objects.get().notes == "One!\r\n\r\nTwo!\r\n"


def test_nobody_s_other_facts_are_put_back(as_editor, as_olga, plan):
    mine, theirs = opened(as_editor), opened(as_olga)
    as_olga.post(PATH, theirs | {"title": "Plans", "tags": "tools"})
    response = as_editor.post(PATH, mine | {"abbreviation": "PL"})
    page = Page.objects.get()
    assert (page.title, page.abbreviation, list(page.tags.names())) == ("Plans", "PL", ["tools"])
    assert response["Location"] == "/topics/plans/"


@pytest.mark.parametrize("version", ["", "x", "99", "-1", "9" * 30])
def test_a_version_that_never_was_loses_no_text(as_editor, plan, version):
    response = as_editor.post(PATH, opened(as_editor) | {"notes": "Typed.", "version": version})
    assert response.status_code == 409
    assert "Typed." in response.content.decode()
    assert Page.objects.get().notes == NOTES


# -- one section ---------------------------------------------------------------------------------


def test_only_the_section_is_in_the_form(as_editor, plan):
    fields = opened(as_editor, ONE)
    assert fields["notes"] == "# One\r\n\r\nOne's words.\r\n\r\n"
    assert "title" not in fields


def test_saving_a_section_changes_it_alone(as_editor, plan):
    fields = opened(as_editor, ONE)
    response = as_editor.post(ONE, fields | {"notes": "# One\r\n\r\nMore.\r\n\r\n"})
    assert response["Location"] == "/topics/plan/#one"
    assert Page.objects.get().notes == NOTES.replace("One's words.", "More.")


@pytest.mark.parametrize("end", ["", "\r\n", "\r\n\r\n"])
def test_the_next_heading_keeps_its_blank_line(as_editor, plan, end):
    as_editor.post(ONE, opened(as_editor, ONE) | {"notes": "# One\r\n\r\nMore." + end})
    assert Page.objects.get().notes == NOTES.replace("One's words.", "More.")


def test_a_section_that_is_emptied_is_removed(as_editor, plan):
    response = as_editor.post(ONE, opened(as_editor, ONE) | {"notes": ""})
    assert Page.objects.get().notes == "First.\n\n# Two\n\nTwo's words.\n"
    assert response["Location"] == "/topics/plan/#two"


def test_a_new_heading_is_where_one_comes_back_to(as_editor, plan):
    response = as_editor.post(ONE, opened(as_editor, ONE) | {"notes": "# Uno\r\n\r\nMore.\r\n"})
    assert response["Location"] == "/topics/plan/#uno"


def test_a_section_keeps_its_line_ends(as_editor):
    make_topic(title="Plan", notes=NOTES.replace("\n", "\r\n"))
    as_editor.post(ONE, opened(as_editor, ONE) | {"notes": "# One\r\n\r\nMore.\r\n\r\nNew."})
    expected = NOTES.replace("One's words.", "More.\n\nNew.").replace("\n", "\r\n")
    assert Page.objects.get().notes == expected


def test_a_section_s_facts_are_nobody_s_to_change(as_editor, plan):
    as_editor.post(ONE, opened(as_editor, ONE) | {"title": "Other", "tags": "x"})
    page = Page.objects.get()
    assert (page.title, list(page.tags.names())) == ("Plan", [])


def test_two_people_in_two_sections(as_editor, as_olga, plan):
    two = "/pages/plan/edit/?section=two"
    mine, theirs = opened(as_editor, ONE), opened(as_olga, two)
    as_olga.post(two, theirs | {"notes": "# Two\r\n\r\nHers.\r\n"})
    response = as_editor.post(ONE, mine | {"notes": "# One\r\n\r\nHis.\r\n\r\n"})
    assert said(response) == ["Saved, and merged with what olga changed in the meantime."]
    assert Page.objects.get().notes == "First.\n\n# One\n\nHis.\n\n# Two\n\nHers.\n"


def test_a_section_that_another_removed_is_a_conflict_with_the_text(as_editor, as_olga, plan):
    mine = opened(as_editor, ONE)
    revise(plan, "First.\n\n# Two\n\nTwo's words.\n", version=1)
    response = as_editor.post(ONE, mine | {"notes": "# One\r\n\r\nTyped.\r\n\r\n"})
    assert response.status_code == 409
    assert "Typed." in response.content.decode()


def test_a_section_that_is_not_there(as_editor, plan):
    for path in ("/pages/plan/edit/?section=three", "/pages/plan/split/?section=three"):
        response = as_editor.get(path)
        assert response.status_code == 404
        assert "This section is not there any more" in response.content.decode()
    response = as_editor.post(
        "/pages/plan/edit/?section=three", {"notes": "Typed.", "version": "1"}
    )
    assert response.status_code == 404
    assert "Typed." in response.content.decode()


def test_a_refused_section_stays_a_section(as_editor, plan):
    response = as_editor.post(ONE, opened(as_editor, ONE) | {"notes": "NUL \0"})
    assert 'action="/pages/plan/edit/?section=one"' in response.content.decode()
