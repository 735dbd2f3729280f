"""The form of a conflict: a choice for each disputed block."""

import pytest

from services.models import Page
from tests.support.editing import PATH, opened
from tests.support.html_forms import fields_of
from tests.views.test_conflicts import HERS, HIS, resolve

pytestmark = pytest.mark.django_db


def test_each_block_has_its_own_choice(as_editor, as_olga, plan):
    mine = opened(as_editor)
    as_olga.post(PATH, opened(as_olga) | {"notes": HERS.replace("Two's", "Her two's")})
    clash = as_editor.post(PATH, mine | {"notes": HIS.replace("Two's", "His two's")})
    resolve(as_editor, clash, **{"block-0": "theirs", "block-1": "mine"})
    assert Page.objects.get().notes == HERS.replace("Two's", "His two's")


@pytest.mark.parametrize("chosen", [{}, {"block-0": "mine"}, {"everywhere": "neither"}])
def test_a_missing_choice_is_asked_for_again(as_editor, as_olga, plan, chosen):
    mine = opened(as_editor)
    as_olga.post(PATH, opened(as_olga) | {"notes": HERS.replace("Two's", "Her two's")})
    clash = as_editor.post(PATH, mine | {"notes": HIS.replace("Two's", "His two's")})
    again = resolve(as_editor, clash, **chosen)
    text = again.content.decode()
    assert again.status_code == 409
    assert "choose a text for each block" in text
    assert "Choose one." in text
    assert fields_of(again).get("block-0") == chosen.get("block-0")
    assert Page.objects.get().version == 2
