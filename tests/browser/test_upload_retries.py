"""Uploads that are tried again, in a browser and with a real bucket."""

from __future__ import annotations

import re

import pytest
from django.core.files.storage import default_storage
from playwright.sync_api import Route, expect

from services.models import Attachment
from tests.browser.test_uploads_in_editor import file, hand, page, storage, tab, upload  # noqa: F401
from tests.support.storages import objects

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_the_bucket_lost_is_sent_again(tab, s3):  # noqa: F811

    def lose(route: Route) -> None:
        for key in objects("uploads"):
            default_storage.delete(key)
        route.continue_()

    tab.route("**/attachments/finish/", lose, times=1)
    hand(tab, "drop", "#id_notes", file())
    expect(upload(tab)).to_contain_text("Send it again")
    upload(tab).get_by_role("button", name="Try again").click()
    expect(tab.locator("#id_notes")).to_have_value(re.compile(r"!\[a.png\]\(/"), timeout=10_000)
    assert Attachment.objects.count() == 1
