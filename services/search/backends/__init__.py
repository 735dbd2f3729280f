"""The index of search in each database that the site runs on."""

from __future__ import annotations

from django.db import connection

from services.search.backends.base import Engine
from services.search.backends.postgres import Postgres
from services.search.backends.sqlite import SQLite


def search_engine() -> Engine:
    """Return the engine of this site's database."""
    return Postgres() if connection.vendor == "postgresql" else SQLite()
