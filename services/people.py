"""People as they are shown."""

from __future__ import annotations

from typing import Any


def shown_name(person: Any | None) -> str:
    """What a person is called; blank where nobody is known."""
    return str(person.get_full_name() or person.get_username()) if person else ""
