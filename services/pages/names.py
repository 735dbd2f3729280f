"""Find which pages a text names: the names of pages, and how they are found in words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from services.aws import catalog
from services.aws.catalog import name_key
from services.db.bulk import chunks, insert_rows, update_rows
from services.db.locks import lock_names
from services.markdown.read.targets import target_name
from services.models import ChecklistItem, Link, Page, PageName, Section

MAX_NAME_WORDS = 6
KEY_LENGTH = 250
# Beyond this many names, as in an import, most items would be found anyway.
MAX_SEARCHED_NAMES = 40
LETTERS = re.compile(r"[0-9a-z]+")
Rank = PageName.Rank
WIKI_LINK = re.compile(r"!?\[\[([^\]|#]*)[^\]]*\]\]")
PARTS = re.compile(r"[/,;&+|()\[\]]|\s(?:and|or|und|vs\.?)\s", re.IGNORECASE)
MARKUP = "*_`~\"'“”‘’.:!?<>"


def link_key(target: str) -> str:
    """Return the key by which the page of a link's target is looked up."""
    return name_key(target_name(target))[:KEY_LENGTH]


def names_of(page: Page, file_name: str = "") -> dict[str, int]:
    """Return every name of a page, normalised, with the lowest rank it has it by.

    `file_name` is the name of the file whose first section the page is, as Obsidian links to it.
    """
    claims = [
        (page.title, Rank.TITLE),
        (page.abbreviation, Rank.ABBREVIATION),
        (str(page), Rank.ABBREVIATION),
        *((str(alias), Rank.ALIAS) for alias in page.aliases),
        (file_name, Rank.FILE),
    ]
    if page.is_service and (service := catalog.by_id(page.aws_id)):
        claims += [(name, Rank.AWS) for name in service.names]
    names: dict[str, int] = {}
    for name, rank in claims:
        if normal := name_key(name)[:KEY_LENGTH]:
            names.setdefault(normal, int(rank))
    return names


@dataclass(frozen=True, slots=True)
class Named:
    """The page that has a name: where several claim it, the one with the lowest rank."""

    page_id: int
    is_service: bool


def look_up(keys: Collection[str]) -> dict[str, Named]:
    """Return the pages that have these names; one query for a few thousand names."""
    found: dict[str, Named] = {}
    for chunk in chunks(sorted(keys)):
        rows = PageName.objects.filter(key__in=chunk).order_by("rank", "page_id")
        for normal, page_id, kind in rows.values_list("key", "page_id", "page__kind"):
            found.setdefault(normal, Named(page_id, kind == Page.Kind.SERVICE))
    return found


@dataclass(frozen=True, slots=True)
class Mentions:
    """What the words of a checklist item may name.

    `whole` are parts that could be a title as they are, `runs` the words of each part.
    """

    whole: frozenset[str]
    runs: tuple[tuple[str, ...], ...]

    @property
    def keys(self) -> set[str]:
        phrases = {phrase for run in self.runs for _, _, phrase in _phrases(run)}
        return phrases | self.whole


def mentions(text: str) -> Mentions:
    """Split an item's Markdown into what may be names: "ECS/EKS" may name two pages."""
    linked = [link_key(found[1]) for found in WIKI_LINK.finditer(text)]
    plain = WIKI_LINK.sub(" / ", text)
    parts = [name_key(part.strip(MARKUP + " ")) for part in PARTS.split(plain)]
    whole = {*linked, *parts, name_key(plain.strip(MARKUP + " "))}
    runs = (tuple(word.strip(MARKUP) for word in part.split()) for part in parts if part)
    return Mentions(frozenset(name[:KEY_LENGTH] for name in whole if name), tuple(runs))


def _phrases(run: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    for start in range(len(run)):
        for stop in range(min(len(run), start + MAX_NAME_WORDS), start, -1):
            yield start, stop, " ".join(run[start:stop])


def named_pages(found: Mentions, known: Mapping[str, Named], own: int) -> set[int]:
    """Return the pages that an item names, except its own.

    A service is named wherever its name occurs, the longest name first ("IAM Identity Center" is
    not IAM). Topics have everyday titles, so one is named only by a whole part or a link.
    """
    pages = {known[name].page_id for name in found.whole if name in known}
    for run in found.runs:
        done = 0
        for start, stop, phrase in _phrases(run):
            named = known.get(phrase)
            if start >= done and named and named.is_service:
                pages.add(named.page_id)
                done = stop
    return pages - {own}


def refresh_names(pages: Sequence[Page], *, other_kind: Collection[int] = ()) -> set[str]:
    """Bring the stored names of pages up to date; returns the names that were added or removed.

    For pages of another kind than before it returns all names, as services are found in more words.
    """
    by_id = {page.pk: page for page in pages}
    changed: set[str] = set()
    for ids in chunks(list(by_id)):
        files = Section.objects.filter(page__in=ids, position=0, gone=False)
        paths = dict(files.values_list("page_id", "document__path"))
        rows = PageName.objects.filter(page__in=ids)
        stored = {(row.page_id, row.key, row.rank): row.pk for row in rows}
        wanted = {
            (pk, key, rank)
            for pk in ids
            for key, rank in names_of(by_id[pk], target_name(paths.get(pk, ""))).items()
        }
        gone, new = stored.keys() - wanted, wanted - stored.keys()
        changed |= {key for _, key, _ in gone | new}
        changed |= {key for pk, key, _ in wanted if pk in other_kind}
        if changed:
            lock_names()
        if gone:
            PageName.objects.filter(pk__in=[stored[name] for name in gone]).delete()
        insert_rows(PageName, ("page_id", "key", "rank"), sorted(new))
    return changed


def items_that_may_name(keys: Collection[str]) -> Iterator[tuple[int, int, str]]:
    """Yield item, page and text of all items whose `mentions` may have one of these keys.

    A text of ASCII alone contains the letters and digits of each name as they are. In others "ſ"
    counts as "s" and "①" as "1", which databases do not know: those are compared here.
    """
    rows = ChecklistItem.objects.order_by().values_list("pk", "page_id", "text")
    # The longest run of letters of each name; one without any could be made of anything.
    runs = {max(LETTERS.findall(name), key=len, default="") for name in keys}
    if "" in runs or len(runs) > MAX_SEARCHED_NAMES:
        yield from rows.iterator(chunk_size=5000)
        return
    runs = {run for run in runs if not any(other in run for other in runs - {run})}
    wanted = Q(text__regex="[^ -~]")
    for run in runs:
        wanted |= Q(text__icontains=run)
    for pk, page_id, text in rows.filter(wanted).iterator(chunk_size=5000):
        plain = name_key(text)
        if any(run in plain for run in runs):
            yield pk, page_id, text


def resolve_again(keys: Collection[str]) -> None:
    """Update where links lead and what items name, of those that use one of these names."""
    if not keys:
        return
    known, changed = look_up(keys), []
    for chunk in chunks(sorted(keys)):
        for link in Link.objects.filter(key__in=chunk, attachment=None):
            named = known.get(link.key)
            leads_to = named.page_id if named else None
            if link.to_id != leads_to:
                link.to_id = leads_to
                changed.append(link)
    update_rows(Link, changed, ("to_id",))
    items = ((pk, own, mentions(text)) for pk, own, text in items_that_may_name(keys))
    name_items([item for item in items if not item[2].keys.isdisjoint(keys)])


def name_items(rows: Sequence[tuple[int, int, Mentions]]) -> int:
    """Store which pages items name; rows are (item, its page, its mentions)."""
    known = look_up({name for _, _, found in rows for name in found.keys})
    through = ChecklistItem.names.through
    changed = 0
    for chunk in chunks(rows):
        wanted = {
            (item, page) for item, own, found in chunk for page in named_pages(found, known, own)
        }
        stored = {
            (row.checklistitem_id, row.page_id): row.pk
            for row in through.objects.filter(checklistitem__in=[item for item, _, _ in chunk])
        }
        gone = [pk for at, pk in stored.items() if at not in wanted]
        if gone:
            through.objects.filter(pk__in=gone).delete()
        new = sorted(wanted - set(stored))
        insert_rows(through, ("checklistitem_id", "page_id"), new)
        changed += len(gone) + len(new)
    return changed
