"""A section taken out into a page of its own."""

import io
from datetime import UTC, datetime

import pytest
from PIL import Image

from services.attachments.store import store
from services.markdown.read.sections import read_sections
from services.models import Attachment, Category, Page
from services.pages import tick, trash
from services.pages.revise import revise
from tests.pages.test_edit import ONE
from tests.support.editing import NOTES, opened, revisions
from tests.support.html_forms import fields_of
from tests.support.pages import make_service, make_topic

pytestmark = pytest.mark.django_db

SPLIT = "/pages/plan/split/?section=one"


def test_splitting_works(as_editor, plan):
    fields = opened(as_editor, SPLIT)
    assert fields["title"] == "One"
    response = as_editor.post(SPLIT, fields)
    assert response["Location"] == "/topics/one/"
    made = Page.objects.get(slug="one")
    left = Page.objects.get(slug="plan")
    assert made.notes == "One's words.\n\n"
    assert left.notes == "First.\n\n[[One]]\n\n# Two\n\nTwo's words.\n"
    assert left.links.get().to == made
    assert revisions(left) == [(1, "site"), (2, "site")]
    assert revisions(made) == [(1, "site")]


def test_the_new_page_stands_in_the_same_category(as_editor):
    compute = Category.objects.get(slug="compute")
    make_service(title="Plan", category=compute, notes=NOTES)
    as_editor.post(SPLIT, opened(as_editor, SPLIT) | {"title": "Batch"})
    assert Page.objects.get(title="Batch").category == compute


def test_a_split_keeps_deeper_headings_and_line_ends(as_editor):
    notes = "Text\r\n# One\r\n## Deep\r\nWords.\r\n# Two\r\n"
    make_topic(title="Plan", notes=notes)
    as_editor.post(SPLIT, opened(as_editor, SPLIT))
    assert Page.objects.get(title="One").notes == "## Deep\r\nWords.\r\n"
    assert Page.objects.get(title="Plan").notes == "Text\r\n\r\n[[One]]\r\n\r\n# Two\r\n"


@pytest.mark.parametrize(
    ("heading", "line"),
    [
        ("# [One](https://example.com) #", "[One](https://example.com)"),
        ("[One]\n=====", "[One]"),
        ("# \\* `One`", "\\* `One`"),
        ("# One[^1]", "One[^1]"),
        ("# One &amp; all", None),
        ("One \nand all\n===", None),
    ],
)
def test_what_a_heading_says_beside_its_words_begins_the_new_page(as_editor, heading, line):
    notes = f"Text.\n\n{heading}\n\nWords.\n\n# Two\n\n[one]: https://example.com\n\n[^1]: Note\n"
    page = make_topic(title="Plan", notes=notes)
    path = f"/pages/plan/split/?section={read_sections(notes)[0].anchor}"
    as_editor.post(path, opened(as_editor, path))
    made = Page.objects.exclude(pk=page.pk).get()
    assert made.title.lstrip("* ").startswith("One")
    assert made.notes == (f"{line}\n\nWords.\n\n" if line else "Words.\n\n")


def test_a_title_that_no_link_can_hold_gets_another_name_as_well(as_editor, plan):
    as_editor.post(SPLIT, opened(as_editor, SPLIT) | {"title": "CI/CD #1"})
    made = Page.objects.get(title="CI/CD #1")
    assert made.aliases == ["CI-CD 1"]
    assert Page.objects.get(title="Plan").links.get().to == made


def test_a_split_into_a_title_that_is_taken(as_editor, plan):
    response = as_editor.post(SPLIT, opened(as_editor, SPLIT) | {"title": "plan"})
    assert "There is already a page with this title" in response.content.decode()
    assert Page.objects.count() == 1


def test_a_split_merges_with_changes_elsewhere(as_editor, plan):
    fields = opened(as_editor, SPLIT)
    revise(plan, NOTES.replace("Two's", "Her"), version=1)
    as_editor.post(SPLIT, fields)
    assert Page.objects.get(title="Plan").notes.endswith("[[One]]\n\n# Two\n\nHer words.\n")


def test_a_split_of_what_was_just_changed_asks_again(as_editor, plan):
    fields = opened(as_editor, SPLIT) | {"title": "Uno"}
    revise(plan, NOTES.replace("One's", "Her"), version=1)
    response = as_editor.post(SPLIT, fields)
    assert response.status_code == 409
    assert Page.objects.count() == 1
    again = fields_of(response)
    assert again["title"] == "Uno"
    as_editor.post(SPLIT, again)
    assert Page.objects.get(title="Uno").notes == "Her words.\n\n"


def test_a_split_takes_along_what_hangs_on_items_and_questions(as_editor, editor):
    why = "> [!question] Why"
    notes = f"{why} here?\n\n- [ ] stays\n\n# One\n\n- [ ] learn\n- [ ] use\n\n{why} there?\n"
    page = make_topic(title="Plan", notes=notes)
    for text in ("stays", "learn"):
        tick.tick_item(page.items.get(text=text).pk, "na", by=editor, why=f"{text}, in March")
    asked = datetime(2020, 2, 3, tzinfo=UTC)
    page.questions.filter(text="Why there?").update(dismissed=True, asked_at=asked)
    ticked_at = page.items.get(text="learn").state_changed_at
    assert as_editor.post(SPLIT, opened(as_editor, SPLIT)).status_code == 302
    made = Page.objects.get(title="One")
    learn, use = made.items.all()
    assert (learn.reason, learn.state_changed_by) == ("learn, in March", editor)
    assert (learn.state_changed_at, use.state_changed_at) == (ticked_at, None)
    question = made.questions.get()
    assert (question.dismissed, question.asked_at) == (True, asked)
    assert page.items.get().reason == "stays, in March"
    assert not page.questions.get().dismissed


def picture(page: Page, reference: str) -> Attachment:
    file = io.BytesIO()
    Image.new("RGB", (2, 2)).save(file, "PNG")
    stored = store(file, name="a.png", page=page, reference=reference)
    page.links.filter(target=reference).update(attachment=stored)
    return stored


def test_a_split_shows_imported_pictures_on_both_pages(
    as_editor, as_admin, editor, django_capture_on_commit_callbacks
):
    notes = "![x](img/both.png)\n\n# One\n\n![x](img/both.png) ![x](img/one.png)\n"
    page = make_topic(title="Plan", notes=notes)
    both, one = picture(page, "img/both.png"), picture(page, "img/one.png")
    as_editor.post(SPLIT, opened(as_editor, SPLIT))
    made = Page.objects.get(title="One")
    assert made.attachments.count() == 2
    for shown in (page, made):
        text = as_editor.get(shown.get_absolute_url()).content.decode()
        own = Attachment.objects.get(page=shown, reference="img/both.png")
        assert f'src="{own.get_absolute_url()}"' in text
        response = as_editor.get(own.get_absolute_url())
        assert b"".join(response).startswith(b"\x89PNG")
    # The file stays as long as a page shows it, whichever of them goes first.
    for gone, there in ((page, True), (made, False)):
        trash.throw_away(gone, by=editor)
        with django_capture_on_commit_callbacks(execute=True):
            as_admin.post("/trash/empty/")
        for file in (both, one):
            assert file.file.storage.exists(str(file.file.name)) is there
    assert not Attachment.objects.exists()


def test_readers_split_nothing(as_reader, plan):
    assert as_reader.post(SPLIT, {"title": "One", "version": "1"}).status_code == 403
    assert Page.objects.count() == 1


def test_the_section_s_editor_offers_it(as_editor, plan):
    assert SPLIT in as_editor.get(ONE).content.decode()
