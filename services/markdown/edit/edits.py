"""Changes to notes that a form can ask for, each touching no more of the text than it must.

Items and questions are addressed by their index in `read(text)`; an index that is not there
raises IndexError. EditRefused says why a change cannot be written as Markdown.
"""

from services.markdown.edit.questions import (
    add_question,
    delete_question,
    set_answer,
    set_question_text,
)
from services.markdown.edit.splice import EditRefused
from services.markdown.edit.tasks import add_item, delete_item, set_item_text, set_state
from services.text.line_ends import dominant_line_end, keep_line_ends, split_lines

__all__ = [
    "EditRefused",
    "add_item",
    "add_question",
    "delete_item",
    "delete_question",
    "dominant_line_end",
    "keep_line_ends",
    "set_answer",
    "set_item_text",
    "set_question_text",
    "set_state",
    "split_lines",
]
