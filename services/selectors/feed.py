"""Render recent changes as an Atom feed (RFC 4287)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from services.selectors.timeline import Entry

MAX_ENTRIES = 50
# Characters that XML 1.0 cannot hold (section 2.2, "Char").
INVALID = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The authority of tag URIs (RFC 4151), unless the site's host name is valid as one.
DEFAULT_HOST, HOST = "localhost", re.compile(r"[a-z0-9.-]+", re.IGNORECASE)
NO_AUTHOR = "Knowledge base"


class Feed(Atom1Feed):
    """A feed with the time of its last change, even if it has no entries."""

    def latest_post_date(self) -> datetime:
        return find_latest(self.feed["changed"])


def find_latest(entries: Iterable[Entry]) -> datetime:
    """Return the time of the latest entry; a fixed one if there are none."""
    return max((entry.until for entry in entries), default=datetime(2000, 1, 1, tzinfo=UTC))


def render_feed(entries: list[Entry], *, own: str, site: Callable[[str], str], trash: bool) -> str:
    """Return the entries as a feed. `own` is its address; `site` makes addresses absolute.

    With `trash`, titles of pages in the trash are included.
    """
    feed = Feed(
        title="Recent changes",
        description="What changed in the knowledge base.",
        link=site(reverse("changes")),
        feed_url=site(own),
        author_name=NO_AUTHOR,
        language="en",
        changed=entries,
    )
    host = urlsplit(site("/")).hostname or ""
    authority = host if HOST.fullmatch(host) else DEFAULT_HOST
    for entry in entries:
        texts = entry.who, _format_title(entry, trash)
        who, title = (INVALID.sub("\ufffd", text) for text in texts)
        day = entry.revision.saved_at.astimezone(UTC).date().isoformat()
        feed.add_item(
            title=title,
            link=site(_build_address(entry)),
            description=f"{title}, by {who}." if who else f"{title}.",
            author_name=who or NO_AUTHOR,
            pubdate=entry.revision.saved_at,
            updateddate=entry.until,
            unique_id=f"tag:{authority},{day}:page-{entry.revision.page_id}-version-{entry.first}",
        )
    return str(feed.writeString("utf-8"))


def _format_title(entry: Entry, trash: bool) -> str:
    if entry.pages:
        return f"Imported {len(entry.pages)} pages"
    deleted = entry.revision.title if trash else "A deleted page"
    page = str(entry.page) if entry.is_live else deleted
    return f"{page}: {entry.what[:1].lower()}{entry.what[1:]}"


def _build_address(entry: Entry) -> str:
    if entry.pages or entry.page is None or not entry.is_live:
        return reverse("changes") + "?" + urlencode({"before": entry.revision.number + 1})
    versions = urlencode({"old": entry.before, "new": entry.last})
    return reverse("compare", args=[entry.page.slug]) + "?" + versions
