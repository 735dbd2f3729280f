"""The catalogue of AWS services in catalog.csv: names, category and botocore id."""

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Category:
    name: str
    slug: str
    aliases: tuple[str, ...] = ()


# No alias may be the name of a service, because one such heading is enough to split a file into
# sections. "Containers" and "Serverless" are missing for that reason.
CATEGORIES: tuple[Category, ...] = (
    Category("Compute", "compute", ("Compute services",)),
    Category("Integration", "integration", ("Application Integration", "Messaging")),
    Category("Data Store", "data-store", ("Data Stores", "Database", "Databases", "Storage")),
    Category(
        "Network and Content Delivery",
        "network-and-content-delivery",
        ("Network", "Networking", "Content Delivery", "Networking and Content Delivery"),
    ),
    Category("Other", "other", ("Other services", "Other AWS services")),
)

# Headings that are rarely the name of a service ("Q" is a question, "RAM" is memory). They name
# it only after "AWS" or "Amazon".
# fmt: off
ORDINARY = frozenset({
    "account", "account access", "account management", "artifact", "backup", "batch", "billing",
    "budgets", "chatbot", "cli", "config", "connect", "copilot", "data exchange", "data pipeline",
    "entity resolution", "events", "forecast", "free tier", "health", "import/export",
    "interconnect", "invoicing", "iot", "location", "machine learning", "marketplace", "price list",
    "pricing", "q", "ram", "recycle bin", "security incident response", "sign-in", "signer",
    "supply chain", "support", "sustainability", "transform", "translate", "user notifications",
})
# fmt: on

_PREFIX = re.compile(r"^(?:amazon|aws)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Service:
    aws_id: str  # blank where botocore has no API for the product alone
    name: str
    abbreviation: str
    category: str
    aliases: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return all names in use for it, the full name first; `find_service` finds it by each."""
        bare = _PREFIX.sub("", self.name)
        short = self.abbreviation or bare
        names = (self.name, bare, short, self.name.removesuffix(bare) + short, *self.aliases)
        return tuple(dict.fromkeys(name for name in names if _normalize(name) not in ORDINARY))


def name_key(name: str) -> str:
    """Return a name in the form that is compared: NFKC, casefolded, single spaces, stripped."""
    if name.isascii():
        return " ".join(name.lower().split())
    folded = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def category_named(text: str) -> str | None:
    """Return the name of the initial category that has this name or alias."""
    return _category_names().get(_normalize(text))


def find_service(heading: str) -> Service | None:
    """Return the service that a heading names as a whole, with or without "AWS" or "Amazon".

    A second name in parentheses has to agree, as in "SQS (Simple Queue Service)"; an abbreviation
    that is no service, as in "CloudFront (CDN)", is ignored.
    """
    if service := _find_by_name(heading):
        return service
    before, inside = _split_parenthesis(heading)
    first, second = (_services_by_name().get(_strip_prefix(name)) for name in (before, inside))
    if second is None:
        return _find_by_name(before) if _is_abbreviation(inside) else None
    return first if first is second else None


def split_title(heading: str) -> tuple[str, str]:
    """Return a heading's title, and the abbreviation that ends it in parentheses, or a blank."""
    title, abbreviation = _split_parenthesis(heading)
    return (title, abbreviation) if _is_abbreviation(abbreviation) else (heading, "")


def by_id(aws_id: str) -> Service | None:
    """Return the service with this id in botocore."""
    return _services_by_id().get(aws_id)


@cache
def services() -> tuple[Service, ...]:
    """Return every service in the table, in its order."""
    with Path(__file__).with_name("catalog.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Service(row[0], row[1], row[2], row[3], tuple(row[4].split("|")) if row[4] else ())
            for row in list(csv.reader(file))[1:]
        )


@cache
def _services_by_name() -> dict[str, Service]:
    return {_strip_prefix(name): service for service in services() for name in service.names}


@cache
def _services_by_id() -> dict[str, Service]:
    return {service.aws_id: service for service in services() if service.aws_id}


@cache
def _category_names() -> dict[str, str]:
    return {_normalize(name): c.name for c in CATEGORIES for name in (c.name, *c.aliases)}


def _find_by_name(text: str) -> Service | None:
    plain = _normalize(text)
    return None if plain in ORDINARY else _services_by_name().get(_PREFIX.sub("", plain))


def _normalize(text: str) -> str:
    return " ".join(name_key(text).replace("&", " and ").split())


def _strip_prefix(text: str) -> str:
    return _PREFIX.sub("", _normalize(text))


def _split_parenthesis(heading: str) -> tuple[str, str]:
    """Return the text before and inside the parenthesis that ends a heading; blank without one."""
    before, _, inside = heading.strip().rpartition("(")
    found = before.strip() and inside.endswith(")")
    return (before.rstrip(), inside[:-1].strip()) if found else ("", "")


def _is_abbreviation(text: str) -> bool:
    letters, capitals = sum(map(str.isalpha, text)), sum(map(str.isupper, text))
    return 2 <= len(text) <= 10 and text.isalnum() and 2 * capitals > letters
