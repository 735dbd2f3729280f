"""A service and a category to read, with nothing cached."""

import pytest
from django.core.cache import cache

from services.models import Category, Page
from tests.support.pages import make_service


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def s3() -> Page:
    shelf = Category.objects.get(slug="data-store")
    return make_service(title="S3", category=shelf, notes="Keeps **objects**.\n")
