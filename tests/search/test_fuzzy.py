"""Typos and parts of words are forgiven, and marked as such."""

from __future__ import annotations

import pytest

from services.search.search import search_pages
from tests.support.finding import page, titles

pytestmark = [pytest.mark.django_db, pytest.mark.databases("sqlite", "postgres")]


@pytest.mark.parametrize(
    "asked",
    ["dynmodb", "dynamodbb", "dyanmodb", "dynomodb", "dymanodb", "namodb", "dynamo db", "dynamod"],
)
def test_one_or_two_typos_and_parts_of_words_are_forgiven(asked):
    page("DynamoDB", "Tables and items")
    page("Other", "Nothing of the kind")
    assert titles(asked) == ["DynamoDB"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("stepfunctions", "Step Functions"),
        ("step functions", "Step Functions"),
        ("open search", "OpenSearch"),
        ("opensearch", "OpenSearch"),
        ("loadbalancer", "Traffic"),
        ("data base", "Tables"),
        ("ec 2", "Machines"),
        ("balanc", "Traffic"),
        ("alancer", "Traffic"),
    ],
)
def test_words_run_together_or_apart_are_found(asked, found):
    page("Step Functions", "States")
    page("OpenSearch", "Indexes")
    page("Traffic", "A load balancer spreads it")
    page("Tables", "in a database")
    page("Machines", "on ec2")
    assert titles(asked)[0] == found


def test_what_is_only_alike_is_marked_and_follows():
    page("Exact", "the word balance")
    page("Alike", "the word balanced")
    hits = search_pages("balance").hits
    assert (hits[0].name, hits[0].forgiving) == ("Exact", False)
    hits = search_pages("balanxe").hits
    assert (hits[0].name, hits[0].forgiving) == ("Exact", True)


def test_did_you_mean():
    page("DynamoDB", "Tables")
    assert search_pages("dynmodb").instead == "dynamodb"
    assert search_pages("dynmodb category:compute").instead == "dynamodb category:compute"
    assert search_pages("dynamodb").instead == ""
    assert search_pages("qqqqqqqq").instead == ""


def test_did_you_mean_leaves_filters_alone():
    page("DynamoDB", "Tables")
    assert search_pages("tag:dynmodb dynmodb").instead == "tag:dynmodb dynamodb"
    assert search_pages("category:in dynmodb -dynmodb").instead == "category:in dynamodb -dynmodb"


def test_some_of_the_words_are_better_than_nothing():
    page("Standby", "Reading from the standby")
    page("Other", "Nothing")
    hits = search_pages("can I read from the multi-az standby").hits
    assert [(hit.name, hit.forgiving) for hit in hits] == [("Standby", True)]
