"""Choose titles that no other page has, and find the pages of services."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Generic, TypeVar

from services.aws.catalog import by_id, find_service, name_key, split_title

TITLE_LENGTH = 200
KEY_LENGTH = 250
UNTITLED = "Untitled"
Page = TypeVar("Page")


class TitleRegistry(Generic[Page]):
    """The titles that are taken, and the page of each service that exists."""

    def __init__(self) -> None:
        self.taken: set[str] = set()
        self.services: dict[str, Page] = {}
        self.numbers: dict[tuple[str, str], int] = {}

    def add_title(self, title: str) -> None:
        self.taken.add(_title_key(title))

    def release_title(self, title: str) -> None:
        self.taken.discard(_title_key(title))

    def add_service(self, page: Page, title: str, aws_id: str = "") -> None:
        for name in _service_keys(title, aws_id):
            self.services.setdefault(name, page)

    def find_service(self, title: str) -> Page | None:
        """Return the page of the service that a title names, if there is one."""
        return next((self.services[k] for k in _service_keys(title) if k in self.services), None)

    def claim_title(self, heading: str, path: str, *, qualified: bool) -> tuple[str, str]:
        """Return a title and abbreviation for a heading, with a title that no page has.

        A title that is taken or must be `qualified` gets the document's name in parentheses.
        """
        title, abbreviation = split_title(heading or UNTITLED)
        free = _shorten(title, "")
        if _title_key(free) not in self.taken and not qualified:
            self.add_title(free)
            return free, abbreviation
        document = PurePosixPath(path)
        is_same = _title_key(document.stem) == _title_key(title)
        label = document.parent.name if is_same else document.stem
        counted_as = (_title_key(title), label)
        number = first = self.numbers.get(counted_as, 1)
        while number == first or _title_key(free) in self.taken:
            number += 1
            counted = label if number == 2 and label else f"{label} {number}".strip()
            free = _shorten(title, f" ({counted})")
        self.numbers[counted_as] = number
        self.add_title(free)
        return free, ""


def _title_key(title: str) -> str:
    """Return a title as it is compared, cut to the length of stored names."""
    return name_key(title)[:KEY_LENGTH]


def _service_keys(title: str, aws_id: str = "") -> list[str]:
    known = by_id(aws_id) if aws_id else find_service(title)
    return [f"title {name_key(title)}"] + ([f"name {name_key(known.name)}"] if known else [])


def _shorten(title: str, suffix: str) -> str:
    room = TITLE_LENGTH - len(suffix)
    return (title if len(title) <= room else title[: room - 1].rstrip() + "…") + suffix
