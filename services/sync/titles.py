"""Hand out titles that are free, and find services that exist."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Generic, Protocol, TypeVar

TITLE_LENGTH = 200
KEY_LENGTH = 250
UNTITLED = "Untitled"


class KnownService(Protocol):
    """A service of the catalogue."""

    @property
    def aws_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def category(self) -> str: ...


class Catalog(Protocol):
    """The catalogue of AWS services, as planning uses it."""

    def name_key(self, name: str) -> str: ...
    def find_service(self, heading: str) -> KnownService | None: ...
    def by_id(self, aws_id: str) -> KnownService | None: ...
    def split_title(self, heading: str) -> tuple[str, str]: ...


Page = TypeVar("Page")


class Shelf(Generic[Page]):
    """The titles that are taken, and the page of each service that exists."""

    def __init__(self, catalog: Catalog, titles: Iterable[str] = ()) -> None:
        self.catalog = catalog
        self.taken = {self.key(title) for title in titles}
        self.services: dict[str, Page] = {}
        self.numbers: dict[tuple[str, str], int] = {}

    def key(self, title: str) -> str:
        """Return a title as it is compared, cut to the length of stored names."""
        return self.catalog.name_key(title)[:KEY_LENGTH]

    def add_service(self, page: Page, title: str, aws_id: str = "") -> None:
        for name in self._identities(title, aws_id):
            self.services.setdefault(name, page)

    def service_called(self, title: str) -> Page | None:
        """Return the page of the service that a title names, if there is one."""
        names = self._identities(title)
        return next((self.services[name] for name in names if name in self.services), None)

    def _identities(self, title: str, aws_id: str = "") -> list[str]:
        known = self.catalog.by_id(aws_id) if aws_id else self.catalog.find_service(title)
        names = [f"title {self.catalog.name_key(title)}"]
        if known:
            names.append(f"name {self.catalog.name_key(known.name)}")
        return names

    def claim(self, heading: str, path: str, *, apart: bool = False) -> tuple[str, str]:
        """Return a title and abbreviation for a heading, with a title that no page has.

        One that is taken, or that is to be told `apart` in any case, gets its document's name.
        """
        title, abbreviation = self.catalog.split_title(heading or UNTITLED)
        free = _fit(title, "")
        if self.key(free) not in self.taken and not apart:
            self.taken.add(self.key(free))
            return free, abbreviation
        stem = PurePosixPath(path)
        label = stem.stem if self.key(stem.stem) != self.key(title) else stem.parent.name
        counted_as = (self.key(title), label)
        number = first = self.numbers.get(counted_as, 1)
        while number == first or self.key(free) in self.taken:
            number += 1
            counted = label if number == 2 and label else f"{label} {number}".strip()
            free = _fit(title, f" ({counted})")
        self.numbers[counted_as] = number
        self.taken.add(self.key(free))
        return free, ""

    def release(self, title: str) -> None:
        self.taken.discard(self.key(title))


def _fit(title: str, suffix: str) -> str:
    room = TITLE_LENGTH - len(suffix)
    return (title if len(title) <= room else title[: room - 1].rstrip() + "…") + suffix
