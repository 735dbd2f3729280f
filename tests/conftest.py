"""The cast: nobody, a reader, an editor, an admin, each with a client that is logged in as them."""

from __future__ import annotations

import gc
import os
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group, User
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client, override_settings
from hypothesis import settings as hypothesis_settings

from services.models import Category, Page
from services.search import vocabulary
from tests.soak import TIMES
from tests.support.editing import NOTES
from tests.support.pages import make_topic

pytest_plugins = [
    "tests.support.browser",
    "tests.support.databases",
    "tests.support.storages",
    "tests.support.writing",
]

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
EXAMPLES = ROOT / "examples"

# These take longest, so they start first and no process is left with them at the end.
FIRST = ("soak", "kb", "browser")
# Each of these folders has its marker; `make test-fast` leaves them out.
MARKED_FOLDERS = {"browser", "soak"}

# Properties are tried with so many texts; no assertion is on time.
hypothesis_settings.register_profile("tests", max_examples=TIMES * 50, deadline=None)
hypothesis_settings.load_profile("tests")

# The browser's driver runs an event loop in the thread of the tests.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_collection_finish():
    """What has been loaded stays: looking through it for garbage again and again takes time."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item):
    """Mark tests by their folder."""
    if item.path.parent.name in MARKED_FOLDERS:
        item.add_marker(item.path.parent.name)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Order files as processes are to take them: see FIRST."""

    def place(item: pytest.Item) -> int:
        folder = item.path.parent.name
        return FIRST.index(folder) if folder in FIRST else len(FIRST)

    items.sort(key=place)


@pytest.fixture(scope="session", autouse=True)
def static_files():
    """Static files are served as in development: nothing is collected before tests."""
    with override_settings(WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, tmp_path_factory):
    """On SQLite, tests have a file of their own, as the site has.

    Each thread of a live server then has its own connection. One in memory would be lent to them
    by the main thread, and those that a browser keeps open end when it has been taken back.
    """
    database = settings.DATABASES["default"]
    if database["ENGINE"] == "django.db.backends.sqlite3":
        file = tmp_path_factory.mktemp("database") / "kb.sqlite3"
        database.setdefault("TEST", {})["NAME"] = str(file)


@pytest.fixture(autouse=True)
def settings_for_tests(settings, tmp_path):
    """Uploads go to a folder of the test's own, and nobody reads without logging in."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.KB_PUBLIC = False
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def what_exists_from_the_start(request):
    """The categories and groups of the migrations, which tests that commit leave emptied."""
    if "db" not in request.fixturenames and not request.node.get_closest_marker("django_db"):
        return
    request.getfixturevalue("db")
    # Rows of the test before may have had the numbers that the words of this one get.
    vocabulary._shared = vocabulary.Vocabulary()
    if not Category.objects.exists():
        import_module("services.migrations.0002_groups_and_categories").create(apps, None)


def person(name: str, group: str) -> User:
    user = User.objects.create_user(name, password="correct horse")
    user.groups.add(Group.objects.get_or_create(name=group)[0])
    return user


@pytest.fixture
def reader(db) -> User:
    return person("rita", "readers")


@pytest.fixture
def editor(db) -> User:
    return person("edgar", "editors")


@pytest.fixture
def admin(db) -> User:
    return person("ada", "admins")


@pytest.fixture
def olga(db) -> User:
    """Another editor, for two people who edit the same page."""
    return person("olga", "editors")


def client_of(user: User) -> Client:
    """Return a client with a session of this user, in a fifth of the time of `force_login`."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client


@pytest.fixture
def as_nobody() -> Client:
    return Client()


@pytest.fixture
def as_reader(reader) -> Client:
    return client_of(reader)


@pytest.fixture
def as_editor(editor) -> Client:
    return client_of(editor)


@pytest.fixture
def as_admin(admin) -> Client:
    return client_of(admin)


@pytest.fixture
def as_olga(olga) -> Client:
    return client_of(olga)


@pytest.fixture
def compute(db) -> Category:
    return Category.objects.get(slug="compute")


@pytest.fixture
def plan(db) -> Page:
    return make_topic(title="Plan", notes=NOTES)
