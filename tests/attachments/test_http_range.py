"""Parts of a file (RFC 9110, section 14)."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.attachments.http_range import FilePart, NotSatisfiable, parse_range


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-0", range(1)),
        ("bytes=2-", range(2, 10)),
        ("bytes=2-4", range(2, 5)),
        ("bytes=2-99", range(2, 10)),
        ("bytes=-3", range(7, 10)),
        ("bytes=-99", range(10)),
    ],
)
def test_one_part(header: str, part: range) -> None:
    assert parse_range(header, 10) == part


@pytest.mark.parametrize(
    "header", ["", "bytes=-", "bytes=4-2", "bytes=0-1,3-4", "lines=0-1", "bytes=a-b", "bytes=٣-"]
)
def test_an_unreadable_header_means_the_whole_file(header: str) -> None:
    assert parse_range(header, 10) is None


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=99-100", "bytes=-0"])
def test_a_part_behind_the_end(header: str) -> None:
    with pytest.raises(NotSatisfiable):
        parse_range(header, 10)


@given(st.binary(max_size=50), st.text(alphabet="bytes=-,0123456789 ", max_size=20))
def test_any_header_gives_bytes_of_the_file_or_none(data: bytes, header: str) -> None:
    try:
        part = parse_range(header, len(data))
    except NotSatisfiable:
        return
    if part is not None:
        assert FilePart(io.BytesIO(data), part).read() == data[part.start : part.stop]
        assert 0 <= part.start < part.stop <= len(data)
