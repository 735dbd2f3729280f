"""What is stored, as an import reads it: categories by their headings."""

from __future__ import annotations

import pytest

from services.models import Category
from tests.sync.test_planner import AWS, actions, bring, page

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


def test_a_category_renamed_here_is_still_known_by_its_heading():
    bring("AWS.md", AWS)
    compute = page("ECS").category
    compute.name = "Rechnen"
    compute.save()
    plan = bring("AWS.md", AWS.replace("Objects.", "Buckets."))
    assert actions(plan) == {"S3": "updated"}
    assert page("ECS").category == compute


def test_without_its_category_a_service_goes_to_the_last_one():
    Category.objects.get(name="Compute").delete()
    bring("m.md", "## ECS\n\nx\n\n## Lambda\n\ny\n")
    assert page("Lambda").category.name == "Other"
