"""Who may read: users in a group, and programs with a key of theirs."""

from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from services.permissions import feed_key
from tests.selectors.test_feed import address
from tests.support.pages import make_topic
from tests.support.revisions_maker import revised

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(editor):
    page = make_topic(title="Plan", notes="- [ ] One\n- [ ] Two\n- [ ] Three\n")
    return revised(page, by=editor, title="The plan")


def test_a_key_reads_the_feed_and_nothing_else(as_nobody, as_reader, page):
    path = address(as_reader)
    assert as_nobody.get(path).status_code == 200
    query = urlsplit(path).query
    for other in ("/changes/", "/", "/pages/plan/history/", "/topics/plan/"):
        assert as_nobody.get(f"{other}?{query}").status_code == 302
    assert "sessionid" not in as_nobody.cookies


def test_nobody_without_a_key_is_sent_to_log_in(as_nobody, page):
    assert as_nobody.get("/changes/feed/")["Location"].startswith("/login/")


@pytest.mark.parametrize("wrong", ["", "x", "1", "1:", ":", "0:x", "1:x", "²:x", "9" * 30 + ":x"])
def test_a_wrong_key_is_refused(as_nobody, page, reader, wrong):
    assert as_nobody.get("/changes/feed/", {"key": wrong}).status_code == 403
    forged = f"{reader.pk}:{wrong}"
    assert as_nobody.get("/changes/feed/", {"key": forged}).status_code == 403


def test_ones_key_is_not_that_of_another(as_nobody, page, reader, admin):
    signature = feed_key(reader).partition(":")[2]
    assert as_nobody.get("/changes/feed/", {"key": f"{admin.pk}:{signature}"}).status_code == 403


def leaves(user):
    user.is_active = False
    user.save()


def loses_the_groups(user):
    user.groups.clear()


def changes_the_password(user):
    user.set_password("another horse")
    user.save()


def is_deleted(user):
    user.delete()


@pytest.mark.parametrize("happens", [leaves, loses_the_groups, changes_the_password, is_deleted])
def test_a_key_ends_with_what_its_holder_may(page, reader, happens):
    key = feed_key(reader)
    assert Client().get("/changes/feed/", {"key": key}).status_code == 200
    happens(reader)
    assert Client().get("/changes/feed/", {"key": key}).status_code == 403


def test_a_person_of_no_group_may_not_read_with_a_log_in_either(as_reader, reader, page):
    reader.groups.clear()
    assert as_reader.get("/changes/feed/").status_code == 403


def test_a_user_of_two_groups_has_the_rights_of_both(as_reader, reader):
    for name in ("admins", "editors"):
        reader.groups.add(Group.objects.get(name=name))
    assert as_reader.get("/pages/new/").status_code == 200
    assert as_reader.get("/admin/auth/user/").status_code == 200
