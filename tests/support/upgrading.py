"""Upgrade the database that the environment names, open what is in it, and print what came out.

`python -m tests.support.upgrading` runs in a process of its own, as the commands of an installation
do. It reads queries from its input and prints JSON. It uses tables and addresses only, since
modules may move.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from io import StringIO
from uuid import UUID

import django
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import setup_test_environment

# An upgrade may add rows to these; the others are rebuilt from the notes.
GROWING = ("django_migrations", "django_content_type", "auth_permission")
REBUILT = ("search_", "services_word")
LISTS = ("/", "/topics/", "/checklist/", "/questions/", "/tags/", "/changes/", "/changes/feed/")
LISTS += ("/trash/", "/search/?q=queue", "/admin/")
MODELS = ("service", "topic", "category", "document", "attachment")

Rows = dict[str, list[str]]


def query(sql: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def columns() -> dict[str, list[str]]:
    """The columns of each table whose rows an upgrade has to leave as they are."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        return {
            table: [
                connection.ops.quote_name(column.name)
                for column in connection.introspection.get_table_description(cursor, table)
                if column.name != "outline"
            ]
            for table in tables
            if table not in GROWING and not table.startswith(REBUILT)
        }


def rows(known: dict[str, list[str]]) -> Rows:
    return {
        table: sorted(map(repr, query(f"SELECT {', '.join(names)} FROM {table}")))
        for table, names in known.items()
    }


def different(before: Rows, after: Rows) -> dict[str, list[str]]:
    """The tables whose rows differ, each with some rows that are only before or only after."""
    found = {table: sorted({*before[table]} ^ {*after[table]})[:4] for table in before}
    return {table: some for table, some in found.items() if before[table] != after[table]}


def addresses() -> Iterator[str]:
    """What an admin can open: pages, each of their versions, conflicts, questions, files."""
    yield from LISTS
    pages = "FROM services_page p"
    live = "WHERE p.trashed_at IS NULL"
    for kind, slug in query(f"SELECT p.kind, p.slug {pages} {live}"):
        yield from (f"/{kind}s/{slug}/", f"/pages/{slug}/history/")
    versions = f"{pages} JOIN services_revision r ON r.id = p.id {live}"
    for slug, version in query(f"SELECT p.slug, r.version {versions}"):
        yield f"/pages/{slug}/history/{version}/"
    conflicts = f"{pages} JOIN services_section s ON s.page_id = p.id {live}"
    for (slug,) in query(f"SELECT p.slug {conflicts} AND s.theirs IS NOT NULL"):
        yield f"/pages/{slug}/file/"
    drafts = f"{pages} JOIN services_draft d ON d.page_id = p.id"
    yield from (f"/pages/{slug}/edit/" for (slug,) in query(f"SELECT DISTINCT p.slug {drafts}"))
    yield from (f"/questions/{pk}/" for (pk,) in query("SELECT id FROM services_question"))
    yield from (f"/categories/{slug}/" for (slug,) in query("SELECT slug FROM services_category"))
    used = "SELECT name FROM taggit_tag WHERE id IN (SELECT tag_id FROM taggit_taggeditem)"
    yield from (f"/tags/{name}/" for (name,) in query(used))
    for uuid, name in query("SELECT uuid, name FROM services_attachment WHERE trashed_at IS NULL"):
        yield f"/attachments/{UUID(str(uuid))}/{name}"
    yield from (f"/pages/{slug}/files/" for slug in ("s3", "lambda", "eks", "plan"))
    yield from (f"/admin/services/{model}/" for model in MODELS)
    for kind, pk in query(f"SELECT p.kind, min(p.id) {pages} {live} GROUP BY p.kind"):
        yield f"/admin/services/{kind}/{pk}/change/"


def open_all(client: Client) -> dict[str, int]:
    """The status of each address."""
    found = {}
    for address in addresses():
        response = client.get(address)
        found[address] = response.status_code
        response.close()
    return found


def main(facts: dict[str, str]) -> dict[str, object]:
    """Upgrade, check, open; `facts` are queries, of which the rows are returned."""
    output = StringIO()
    known = columns()
    old = rows(known)
    call_command("migrate", stdout=output, verbosity=0)
    # Each of these raises where something is wrong.
    call_command("migrate", "--check", stdout=output)
    call_command("check", stdout=output)
    upgraded, all_columns = rows(known), columns()
    before = rows(all_columns)
    call_command("rederive", stdout=output)
    rederived = rows(all_columns)
    call_command("search", "check", stdout=output)
    call_command("attachments", "check", stdout=output)
    result: dict[str, object] = {
        "tables": {table: len(found) for table, found in old.items()},
        "changed by migrate": different(old, upgraded),
        "changed by rederive": different(before, rederived),
        "facts": {name: query(sql) for name, sql in facts.items()},
    }
    from django.contrib.auth import get_user_model

    client = Client()
    client.force_login(get_user_model().objects.get(username="ada"))
    old_slugs = [slug for (slug,) in query("SELECT slug FROM services_oldaddress ORDER BY slug")]
    return result | {
        "opened": open_all(client),
        "moved": {slug: client.get(f"/topics/{slug}/").headers["Location"] for slug in old_slugs},
    }


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kb.settings")
    django.setup()
    setup_test_environment()
    json.dump(main(json.load(sys.stdin)), sys.stdout, default=str)
