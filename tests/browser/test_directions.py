"""On which side what is written in Hebrew or Arabic begins."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.pages import make_topic
from tests.support.writing import Tabs

pytestmark = pytest.mark.django_db(transaction=True)
NOTES = "# דברים\n\n- [ ] ללמוד\n- [ ] learn\n  - [ ] עוד\n\n# Things\n\n- [ ] one\n\n- תעלם\n"


@pytest.fixture(params=["editor", "reader"])
def page(request: Any, tabs: Tabs) -> Page:
    """The page, as an editor and as a reader."""
    make_topic(title="Plan", notes=NOTES)
    return tabs(request.getfixturevalue(request.param), "/topics/plan/")


def test_boxes_and_headings_stand_where_their_words_begin(page: Page) -> None:
    notes = page.locator(".notes").bounding_box()
    assert notes
    middle = notes["x"] + notes["width"] / 2
    heading, other = (page.locator(".notes h2").nth(number) for number in (0, 1))
    expect(heading).to_have_text("דברים")
    # Where there is no pencil beside it, a heading is as wide as the page.
    width = (
        "element => { const range = document.createRange();"
        " range.selectNodeContents(element); return range.getBoundingClientRect().left }"
    )
    assert heading.evaluate(width) > middle > other.evaluate(width)
    boxes = page.locator(".notes").get_by_role("checkbox")
    sides = [box.bounding_box()["x"] > middle for box in boxes.all()]
    assert sides == [True, False, True, False]
    for box in boxes.all():
        place = box.bounding_box()
        assert place
        assert notes["x"] - 2 <= place["x"]
        assert place["x"] + place["width"] <= notes["x"] + notes["width"] + 2
