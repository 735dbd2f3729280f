"""Pages in several states, which lists and links of the admin show."""

from __future__ import annotations

import pytest

from services.models import Category, Document, Page, Section
from tests.support.pages import make_service, make_topic


@pytest.fixture
def pages(db: None) -> dict[str, Page]:
    compute = Category.objects.get(slug="compute")
    store = Category.objects.get(slug="data-store")
    ecs = make_service(
        title="Elastic Container Service",
        abbreviation="ECS",
        category=compute,
        aliases=["Überbehälter"],
        notes="- [x] Clusters\n- [x] Tasks\n- [ ] Costs\n\nWhy?\n\nHow?\n",
    )
    s3 = make_service(title="S3", category=store, notes="Buckets hold everything.")
    eks = make_service(title="EKS", category=compute, notes="- [x] Pods\n")
    sqs = make_service(title="SQS", category=compute, notes="- [ ] Queues\n")
    plan = make_topic(title="Plan", notes="- [x] ECS\n- [/] S3\n")
    document = Document.objects.create(path="notes/AWS.md", digest="x")
    Section.objects.create(document=document, position=0, page=ecs, theirs="Clash")
    ecs.tags.add("containers")
    return {"ecs": ecs, "s3": s3, "eks": eks, "sqs": sqs, "plan": plan}
