"""The tree of categories and pages beside a page."""

import pytest

from services.selectors import tree
from tests.selectors.test_lists import many
from tests.selectors.test_page import QUERIES
from tests.support.pages import make_service
from tests.views.test_pages import html

pytestmark = pytest.mark.django_db


def test_previous_and_next_stay_within_the_category(as_reader, compute, s3):
    for title in ("ECS", "EKS", "EC2"):
        make_service(title=title, category=compute)
    text = html(as_reader, "/services/eks/")
    foot = text[text.index("page-foot") :]
    assert foot.index("/services/ecs/") < foot.index("/services/ec2/")
    assert "/services/s3/" not in foot[: foot.index("</footer>")]


def test_a_page_among_a_thousand_takes_eight_queries(
    as_reader, compute, s3, django_assert_max_num_queries
):
    many(compute, 1000)
    for _ in ("before it is known that there are many", "after"):
        with django_assert_max_num_queries(QUERIES):
            text = html(as_reader, "/services/p500/")
        shown = text[text.index('<nav class="tree"') : text.index("</nav>", text.index("tree"))]
        around = 2 * tree.AROUND + 1
        assert text.count('href="/services/') < around + 5
        assert "/services/p480/" in shown
        assert "/services/p479/" not in shown
        assert 'href="/categories/data-store/"' in shown
        foot = text[text.index("page-foot") :]
        assert "/services/p499/" in foot
        assert "/services/p501/" in foot
