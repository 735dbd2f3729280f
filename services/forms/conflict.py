"""The form in which a user chooses between two texts that changed the same lines."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.http import QueryDict

from services.forms.fields import HiddenValue
from services.pages.resolve_conflict import Choices, Conflict
from services.text.merge import Use

BLOCK = "block-"
# The names of the buttons that choose one text for all blocks, and that send the choices.
EVERYWHERE, CONTINUE = "everywhere", "_continue"


@dataclass(frozen=True, slots=True)
class Sides:
    """Names of the two texts of a conflict."""

    mine: str
    theirs: str


PEOPLE = Sides("mine", "theirs")
FILE = Sides("this page", "the file")


class ConflictForm(forms.Form):
    """A choice for each disputed block; `conflict` is the mark of the blocks that were shown."""

    conflict = HiddenValue()

    def __init__(self, posted: QueryDict, conflict: Conflict, sides: Sides) -> None:
        is_same = posted.get("conflict") == conflict.mark
        super().__init__(posted if is_same else None, initial={"conflict": conflict.mark})
        labels = (f"Use {sides.mine}", f"Use {sides.theirs}", "Use both")
        for number in range(len(conflict.disputed)):
            self.fields[f"{BLOCK}{number}"] = forms.ChoiceField(
                choices=list(zip(Use, labels, strict=True)),
                widget=forms.RadioSelect,
                error_messages={"required": "Choose one."},
            )


def is_conflict_field(name: str) -> bool:
    """Return whether a field belongs to this form, not to the one that led to the conflict."""
    return name in ("conflict", EVERYWHERE) or name.startswith(BLOCK)


def read_choices(posted: QueryDict) -> Choices | None:
    """Return what a user chose; None if the form was not shown yet."""
    if "conflict" not in posted:
        return None
    count = sum(name.startswith(BLOCK) for name in posted)
    each = [posted.get(f"{BLOCK}{number}", "") for number in range(count)]
    return Choices(posted.get("conflict", ""), each, posted.get(EVERYWHERE, ""))
