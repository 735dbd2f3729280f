"""Front matter: the YAML between lines of dashes at the top of a note (Obsidian's properties)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# The first line is three dashes and nothing else; the next such line, or three dots, closes it.
# Blank lines below it are part of the match.
FENCED = re.compile(
    r"\A---[ \t]*(?:\r\n|\n|\r)(?P<yaml>.*?)(?<=[\r\n])(?:---|\.\.\.)[ \t]*(?:\r\n|\n|\r|\Z)"
    r"(?:[ \t]*(?:\r\n|\n|\r))*",
    re.DOTALL,
)
# A file that gives its kind is one page, whatever its headings are.
KINDS = ("service", "topic")
MAX_YAML_LENGTH = 64 * 1024
MAX_NAMES = 100
MAX_NAME_LENGTH = 100


@dataclass(slots=True)
class FrontMatter:
    """A note's front matter; `raw` is written back to the file as it is.

    `raw` includes the blank lines below the closing dashes. `created` is in UTC.
    """

    raw: str = ""
    title: str = ""
    tags: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    category: str = ""
    kind: str = ""
    created: datetime | None = None
    warning: str = ""


def split_front_matter(text: str) -> tuple[FrontMatter, str]:
    """Cut a file's text into its front matter and the rest; joined they are the text.

    Broken YAML is preserved and described in `warning`. Text between dashes that is no YAML
    mapping is part of the rest: two thematic breaks are no front matter.
    """
    found = FENCED.match(text)
    if not found:
        return FrontMatter(), text
    matter, rest = FrontMatter(raw=found[0]), text[found.end() :]
    try:
        values = _load(found["yaml"])
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        matter.warning = f"the front matter is no valid YAML and was not read ({_describe(error)})"
        return matter, rest
    if values is not None and not isinstance(values, dict):
        return FrontMatter(), text
    _read(values or {}, matter)
    return matter, rest


def _load(source: str) -> object:
    if len(source) > MAX_YAML_LENGTH:
        raise ValueError(f"longer than {MAX_YAML_LENGTH // 1024} KiB")
    # Aliases of aliases can expand to more text than any memory holds.
    if "*" in source and any(isinstance(t, yaml.AliasToken) for t in yaml.scan(source, LOADER)):
        raise ValueError("it uses YAML aliases")
    return yaml.load(source, LOADER)  # noqa: S506 (a safe loader)


def _describe(error: Exception) -> str:
    """Describe an error of the YAML library on one line."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    return f"line {mark.line + 2}: {problem}" if mark else " ".join(problem.split())


def _read(values: dict[object, object], matter: FrontMatter) -> None:
    by_name = {str(name).strip().lower(): value for name, value in values.items()}
    matter.title = _text(by_name.get("title"))
    matter.category = _text(by_name.get("category"))
    kind = _text(by_name.get("kind")).lower()
    matter.kind = kind if kind in KINDS else ""
    matter.tags = [tag.lstrip("#") for tag in _names(by_name, "tags", "tag", split=True)]
    matter.tags = [tag for tag in dict.fromkeys(matter.tags) if tag]
    matter.aliases = _names(by_name, "aliases", "alias", split=False)
    for name in ("created_at", "created", "date"):
        matter.created = matter.created or _date(by_name.get(name))


def _text(value: object) -> str:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return " ".join(str(value).replace("\0", "").split())
    return ""


def _names(values: dict[str, object], name: str, singular: str, *, split: bool) -> list[str]:
    """Return names written as a YAML list, or as one text with commas (for tags, or spaces)."""
    value = values.get(name, values.get(singular))
    if isinstance(value, str):
        value = re.split(r"[,\s]+" if split else r"\s*,\s*", value)
    names = [_text(entry) for entry in value] if isinstance(value, list) else []
    short = [entry for entry in names if entry and len(entry) <= MAX_NAME_LENGTH]
    return list(dict.fromkeys(short))[:MAX_NAMES]


def _date(value: object) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if isinstance(value, datetime):
        try:
            return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        except OverflowError:
            return None
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return None
