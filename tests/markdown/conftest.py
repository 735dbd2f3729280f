"""Tests of text only: thousands of small cases without settings, folders or a database."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def settings_for_tests():
    """Nothing of Django takes part."""


@pytest.fixture(autouse=True)
def what_exists_from_the_start():
    """No rows take part."""
