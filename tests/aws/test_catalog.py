"""The catalogue of AWS services agrees with botocore and finds the names in use in headings."""

import re
from collections import Counter

import pytest
from botocore.loaders import Loader

from services.aws import catalog
from services.aws.catalog import (
    CATEGORIES,
    ORDINARY,
    category_named,
    find_service,
    name_key,
    split_title,
)


def aws_id_of(heading):
    service = find_service(heading)
    return service and service.aws_id


def name_of(heading):
    service = find_service(heading)
    return service and service.name


# The table


def test_every_service_of_botocore_has_one_row_and_every_id_is_one_of_botocore():
    ids = [service.aws_id for service in catalog.services() if service.aws_id]
    assert sorted(ids) == sorted(Loader().list_available_services("service-2"))


def test_no_two_services_share_a_name():
    owners = Counter(
        name
        for service in catalog.services()
        for name in {re.sub("^(amazon|aws) ", "", name_key(each)) for each in service.names}
    )
    assert [name for name, owned in owners.items() if owned > 1] == []


def test_every_name_leads_back_to_its_service():
    lost = [
        (service.name, name)
        for service in catalog.services()
        for name in service.names
        if find_service(name) is not service
    ]
    assert lost == []


def test_every_service_is_in_one_of_the_five_categories():
    assert {service.category for service in catalog.services()} == {c.name for c in CATEGORIES}


def test_cells_have_no_stray_spaces_and_no_name_twice():
    for service in catalog.services():
        cells = (service.name, service.abbreviation, *service.aliases)
        assert all(cell == " ".join(cell.split()) for cell in cells), service
        assert service.name and all(service.aliases), service
        assert len(set(map(name_key, service.aliases))) == len(service.aliases), service


def test_every_word_that_needs_its_prefix_is_found_with_it():
    assert [
        word
        for word in ORDINARY
        if not (find_service(f"AWS {word}") and find_service(f"Amazon {word}"))
    ] == []


def test_the_table_is_read_once():
    tables = (catalog.services, catalog._services_by_name)
    for table in tables:
        table.cache_clear()
    for heading in ("S3", "IAM", "Plan"):
        find_service(heading)
    assert [table.cache_info().misses for table in tables] == [1, 1]


def test_names_are_all_names_in_use():
    assert catalog.by_id("iam").names == (
        "AWS Identity and Access Management",
        "Identity and Access Management",
        "IAM",
        "AWS IAM",
    )
    assert catalog.by_id("s3").names == ("Amazon S3", "S3", "Simple Storage Service")
    assert catalog.by_id("backup").names == ("AWS Backup",)


def test_by_id_finds_by_the_id_in_botocore_alone():
    assert catalog.by_id("stepfunctions").name == "AWS Step Functions"
    assert catalog.by_id("S3") is None
    assert catalog.by_id("") is None


# Names


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("  Step \t Functions\n", "step functions"),
        ("STEP FUNCTIONS", "step functions"),
        ("Step\u00a0Functions", "step functions"),
        ("ＡＷＳ　Ｂａｔｃｈ", "aws batch"),
        ("Straße", "strasse"),
        ("", ""),
    ],
)
def test_key_ignores_case_width_and_spacing(written, compared):
    assert name_key(written) == compared
    assert name_key(compared) == compared


@pytest.mark.parametrize(
    ("heading", "aws_id", "category"),
    [
        ("ECS", "ecs", "Compute"),
        ("EKS", "eks", "Compute"),
        ("API Gateway", "apigateway", "Integration"),
        ("Step Functions", "stepfunctions", "Integration"),
        ("DynamoDB", "dynamodb", "Data Store"),
        ("S3", "s3", "Data Store"),
        ("CloudFront", "cloudfront", "Network and Content Delivery"),
        ("Identity and Access Management (IAM)", "iam", "Other"),
        ("IAM Identity Center", "sso-admin", "Other"),
    ],
)
def test_services_of_a_first_notebook_are_found(heading, aws_id, category):
    service = find_service(heading)
    assert (service.aws_id, service.category) == (aws_id, category)


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("Amazon VPC", "Network and Content Delivery"),
        ("AWS Transit Gateway", "Network and Content Delivery"),
        ("AWS PrivateLink", "Network and Content Delivery"),
        ("AWS Fargate", "Compute"),
        ("Amazon Aurora", "Data Store"),
    ],
)
def test_products_without_an_api_of_their_own_are_found(name, category):
    service = find_service(name)
    assert (service.name, service.aws_id, service.category) == (name, "", category)


@pytest.mark.parametrize(
    ("heading", "aws_id"),
    [
        ("Amazon S3", "s3"),
        ("AWS S3", "s3"),
        ("amazon simple storage service", "s3"),
        ("  aws   LAMBDA ", "lambda"),
        ("Open Search", "opensearch"),
        ("Elastic Search", "opensearch"),
        ("AWS Single Sign-On", "sso-admin"),
        ("SSO", "sso-admin"),
        ("CloudWatch Events", "events"),
        ("Route53", "route53"),
        ("Identity & Access Management", "iam"),
        ("Cost & Usage Reports", "cur"),
        ("ELB", "elbv2"),
        ("Cognito User Pools", "cognito-idp"),
        ("Kinesis Data Firehose", "firehose"),
    ],
)
def test_finds_short_old_and_prefixed_names(heading, aws_id):
    assert aws_id_of(heading) == aws_id


@pytest.mark.parametrize(
    ("heading", "aws_id"),
    [
        ("Amazon Simple Queue Service (SQS)", "sqs"),
        ("Simple Queue Service (Amazon SQS)", "sqs"),
        ("SQS (Simple Queue Service)", "sqs"),
        ("AWS Resource Access Manager (AWS RAM)", "ram"),
        ("RAM (Resource Access Manager)", "ram"),
        ("Config (AWS Config)", "config"),
        ("Identity & Access Management(IAM)", "iam"),
        ("CloudFront (CDN)", "cloudfront"),
        ("DocumentDB (with MongoDB Compatibility)", "docdb"),
    ],
)
def test_finds_a_name_with_another_in_parentheses(heading, aws_id):
    assert aws_id_of(heading) == aws_id


@pytest.mark.parametrize(
    "heading",
    [
        "Simple Queue Service (SNS)",
        "SQS (SNS)",
        "S3 (Exam notes)",
        "S3 (notes",
        "Permissions (IAM)",
        "Backup (RDS)",
        "Backup (DIY)",
        "(IAM)",
        "S3 ()",
        "S3 (Simple Storage Service) (old)",
    ],
)
def test_finds_nothing_where_the_parenthesis_disagrees(heading):
    assert find_service(heading) is None


@pytest.mark.parametrize(
    "heading",
    [
        "",
        " ",
        "AWS",
        "Amazon",
        "Amazon Web Services",
        "AWS Amazon S3",
        "AWSLambda",
        "S3 Security",
        "How S3 works",
        "ECS/EKS",
        "S3 and Glacier",
        "Questions",
        "Setup",
        "Brain dump",
    ],
)
def test_never_finds_a_name_inside_other_words(heading):
    assert find_service(heading) is None


@pytest.mark.parametrize("word", ["Backup", "Support", "Config", "Batch", "Health", "Pricing"])
def test_an_ordinary_word_is_a_service_only_with_its_prefix(word):
    assert find_service(word) is None
    assert name_of(f"AWS {word}") in {f"AWS {word}", "AWS Price List"}


@pytest.mark.parametrize("word", ["Glue", "Athena", "Lambda", "Shield", "Organizations"])
def test_an_unambiguous_name_needs_no_prefix(word):
    assert find_service(word) is find_service(f"AWS {word}") is not None


@pytest.mark.parametrize(
    ("heading", "main"),
    [
        ("IoT Core", "iot"),
        ("SES", "ses"),
        ("API Gateway", "apigateway"),
        ("WAF", "wafv2"),
        ("Inspector", "inspector2"),
        ("Lex", "lexv2-models"),
        ("Timestream", "timestream-write"),
        ("DynamoDB Streams", "dynamodbstreams"),
        ("S3 Control", "s3control"),
    ],
)
def test_a_plain_name_leads_to_the_main_api_and_a_longer_one_to_its_own(heading, main):
    assert aws_id_of(heading) == main


# Titles


@pytest.mark.parametrize(
    ("heading", "title", "abbreviation"),
    [
        ("Identity and Access Management (IAM)", "Identity and Access Management", "IAM"),
        ("  Elastic File System (EFS) ", "Elastic File System", "EFS"),
        ("Elastic Compute Cloud(EC2)", "Elastic Compute Cloud", "EC2"),
        ("Internet of Things (IoT)", "Internet of Things", "IoT"),
        ("Simple Storage Service (S3)", "Simple Storage Service", "S3"),
    ],
)
def test_an_abbreviation_at_the_end_is_split_off(heading, title, abbreviation):
    assert split_title(heading) == (title, abbreviation)


@pytest.mark.parametrize(
    "heading",
    [
        "S3",
        "",
        "(IAM)",
        "S3 (Exam notes)",
        "SQS (Simple Queue Service)",
        "Lambda (notes)",
        "Lambda (2024)",
        "Vitamins (C)",
        "Names (ABCDEFGHIJK)",
        "IAM (IAM) again",
        "Pipelines (CI/CD)",
        "Systems Manager (AWS SSM)",
    ],
)
def test_a_heading_without_an_abbreviation_at_its_end_stays_whole(heading):
    assert split_title(heading) == (heading, "")


# Categories


def test_the_five_categories_come_in_their_order():
    assert [(category.name, category.slug) for category in CATEGORIES] == [
        ("Compute", "compute"),
        ("Integration", "integration"),
        ("Data Store", "data-store"),
        ("Network and Content Delivery", "network-and-content-delivery"),
        ("Other", "other"),
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("compute", "Compute"),
        ("Application Integration", "Integration"),
        ("DATABASES", "Data Store"),
        ("Storage", "Data Store"),
        ("Network & Content Delivery", "Network and Content Delivery"),
        ("Networking &  Content Delivery", "Network and Content Delivery"),
        ("Networking", "Network and Content Delivery"),
        ("Other services", "Other"),
    ],
)
def test_a_category_is_known_by_name_and_alias(text, name):
    assert category_named(text) == name


@pytest.mark.parametrize("text", ["", "Misc", "Containers", "Notes", "Compute and more", "S3"])
def test_other_headings_are_no_category(text):
    assert category_named(text) is None


def test_no_category_is_named_like_another_or_like_a_service():
    names = [name for category in CATEGORIES for name in (category.name, *category.aliases)]
    assert len({name_key(name) for name in names}) == len(names)
    assert [name for name in names if find_service(name)] == []
