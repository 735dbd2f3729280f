"""Uploads: what is accepted, how it is kept, and how browsers get it."""

from __future__ import annotations

import hashlib
import io
from contextlib import closing
from pathlib import Path
from unittest import mock
from urllib.parse import quote

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image, features

from services import attachments
from services.attachments import UploadRefused, clean_name, markdown_of, store_picture
from services.markdown.render import render
from services.models import Attachment, Topic

pytestmark = pytest.mark.django_db

FORMATS = {"PNG": "png", "JPEG": "jpg", "GIF": "gif", "WEBP": "webp", "AVIF": "avif"}
TYPES = {"PNG": "png", "JPEG": "jpeg", "GIF": "gif", "WEBP": "webp", "AVIF": "avif"}
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
UPLOAD = "/markdownx/upload/"
PREVIEW = "/markdownx/markdownify/"


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 6)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "orange").save(file, kind)
    return file.getvalue()


def stored_files(settings: object) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]  # type: ignore[attr-defined]


def send(client: Client, data: bytes, name: str = "a.png", kind: str = "image/png", **more: object):
    return client.post(UPLOAD, {"image": SimpleUploadedFile(name, data, kind), **more})


@pytest.mark.parametrize("kind", FORMATS)
def test_pictures_are_kept_as_they_came(as_editor: Client, settings: object, kind: str) -> None:
    if kind == "AVIF" and not features.check("avif"):
        pytest.skip("This Pillow reads no AVIF.")
    data = picture(kind)
    response = send(as_editor, data, "evil.html", "text/html")
    assert response.status_code == 200
    row = Attachment.objects.get()
    assert (
        response.json()["markdown"]
        == f"![evil.{FORMATS[kind]}](/attachments/{row.pk}/evil.{FORMATS[kind]})"
    )
    assert (row.content_type, row.size) == (f"image/{TYPES[kind]}", len(data))
    assert row.sha256 == hashlib.sha256(data).hexdigest()
    assert row.created_by.username == "edgar"
    [path] = stored_files(settings)
    assert path.read_bytes() == data
    assert path.name == row.uuid.hex


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (SVG, "Only pictures"),
        (b"<!doctype html><script>alert(1)</script>", "Only pictures"),
        (b"%PDF-1.7\n", "Only pictures"),
        (b"GIF89a", "Only pictures"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "Only pictures"),
        (picture()[:-20], "broken"),
        (picture("JPEG", (64, 64))[:-20], "broken"),
        (picture("JPEG", (64, 64))[:100], "broken"),
        (picture("WEBP", (64, 64))[:-20], "broken"),
        (b"", "empty"),
    ],
)
def test_what_is_no_picture_is_refused(
    as_editor: Client, settings: object, data: bytes, words: str
) -> None:
    response = send(as_editor, data)
    assert response.status_code == 400
    assert words in response.json()["error"]
    assert not Attachment.objects.exists()
    assert not stored_files(settings)


def test_no_file_is_an_error(as_editor: Client) -> None:
    assert as_editor.post(UPLOAD, {"image": "text"}).json() == {"error": "No file arrived."}


def test_pixels_are_limited(as_editor: Client, settings: object) -> None:
    settings.UPLOAD_MAX_PIXELS = 47  # type: ignore[attr-defined]
    assert "too large" in send(as_editor, picture()).json()["error"]


def test_bombs_are_refused(
    as_editor: Client, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.UPLOAD_MAX_PIXELS = 10**9  # type: ignore[attr-defined]
    for limit in (20, 40):  # an error, and a warning
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
        assert "too large" in send(as_editor, picture()).json()["error"]


def test_bytes_are_limited(as_editor: Client, settings: object) -> None:
    settings.UPLOAD_MAX_BYTES = 50  # type: ignore[attr-defined]
    assert "too large" in send(as_editor, picture()).json()["error"]


def test_a_picture_belongs_to_its_page(as_editor: Client) -> None:
    page = Topic.objects.create(title="Page")
    send(as_editor, picture(), page=page.pk)
    send(as_editor, picture(), page="9" * 30)
    send(as_editor, picture(), page="new")
    assert [row.page_id for row in Attachment.objects.order_by("created_at")] == [
        page.pk,
        None,
        None,
    ]


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("a.png", "a.png"),
        ("A.PNG", "A.PNG"),
        ("../../etc/passwd", "passwd.png"),
        ("C:\\temp\\a.png", "a.png"),
        ("photo.jpg", "photo.png"),
        ("page.html", "page.png"),
        ("Version 1.2", "Version 1.2.png"),
        ("", "picture.png"),
        ("...", "picture.png"),
        (".png", "png.png"),
        ("a\0b\nc\x7f.png", "abc.png"),
        ("gnp.\u202egpj.png", "gnp.gpj.png"),
        ("日本語 схема.png", "日本語 схема.png"),
        ("نمودار\u200cها.png", "نمودار\u200cها.png"),
        ("e\u0301.png", "\u00e9.png"),
        ("x" * 300 + ".png", "x" * 146 + ".png"),
    ],
)
def test_names_are_cleaned(name: str, cleaned: str) -> None:
    assert clean_name(name, attachments.KINDS["PNG"]) == cleaned


@pytest.mark.parametrize("name", ["a (1.png", "a]b[c.png", "a*b*_c_<d>&amp;`e`.png", "50% ?#ä.png"])
def test_its_markdown_shows_it_whatever_its_name(as_editor: Client, name: str) -> None:
    row = store_picture(io.BytesIO(picture()), name=name)
    html = render(markdown_of(row)).html
    assert html.count("<img") == 1
    address = html.split('src="')[1].split('"')[0].replace("&amp;", "&").replace("&#x27;", "'")
    with closing(as_editor.get(address)) as response:
        assert response.status_code == 200


def test_the_importer_stores_a_local_file(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(picture())
    page = Topic.objects.create(title="Page")
    with path.open("rb") as file:
        row = store_picture(file, name="img/a.png", page=page, reference="img/a.png")
        assert not file.closed
    assert (row.page, row.name, row.reference) == (page, "a.png", "img/a.png")
    path.write_bytes(SVG)
    with path.open("rb") as file, pytest.raises(UploadRefused, match="Only pictures"):
        store_picture(file, name="a.svg")


def test_large_files_are_not_read_whole() -> None:
    data = picture("PNG", (1200, 1200)) + b"\0" * 3_000_000

    class Watched(io.BytesIO):
        most = 0

        def read(self, size: int | None = -1) -> bytes:
            piece = super().read(size)
            Watched.most = max(Watched.most, len(piece))
            return piece

    assert store_picture(Watched(data), name="a.png").size == len(data)
    assert Watched.most <= 1024 * 1024


def test_no_object_stays_when_its_row_cannot_be_saved(settings: object) -> None:
    with (
        mock.patch.object(Attachment, "save", side_effect=RuntimeError("no")),
        pytest.raises(RuntimeError, match="no"),
    ):
        store_picture(io.BytesIO(picture()), name="a.png")
    assert not stored_files(settings)


class TestServing:
    @pytest.fixture
    def row(self, db: None) -> Attachment:
        return store_picture(io.BytesIO(picture()), name="схема (1).png")

    def test_it_is_shown_and_can_do_nothing(self, as_reader: Client, row: Attachment) -> None:
        response = as_reader.get(row.get_absolute_url())
        assert b"".join(response.streaming_content) == picture()
        assert response["Content-Type"] == "image/png"
        assert response["Content-Length"] == str(len(picture()))
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert response["Cache-Control"].startswith("private")
        encoded = quote("схема (1).png")
        assert response["Content-Disposition"] == f"inline; filename*=utf-8''{encoded}"

    def test_anything_else_is_a_download(self, as_reader: Client, row: Attachment) -> None:
        Attachment.objects.update(content_type="image/svg+xml", name="a.svg")
        response = as_reader.get(row.get_absolute_url())
        assert response["Content-Disposition"] == 'attachment; filename="a.svg"'
        response.close()

    def test_a_known_one_is_not_sent_again(self, as_reader: Client, row: Attachment) -> None:
        response = as_reader.get(
            row.get_absolute_url(), headers={"If-None-Match": f'"{row.sha256}"'}
        )
        assert (response.status_code, response.content) == (304, b"")
        assert response["ETag"] == f'"{row.sha256}"'

    def test_head_tells_its_size(self, as_reader: Client, row: Attachment) -> None:
        response = as_reader.head(row.get_absolute_url())
        assert response["Content-Length"] == str(len(picture()))
        response.close()
        assert as_reader.post(row.get_absolute_url()).status_code == 405

    def test_a_missing_one_is_told(self, as_reader: Client, row: Attachment) -> None:
        row.file.storage.delete(row.file.name)
        assert as_reader.get(row.get_absolute_url()).status_code == 404
        address = row.get_absolute_url()
        row.delete()
        assert as_reader.get(address).status_code == 404

    def test_strangers_are_sent_to_the_log_in(self, as_nobody: Client, row: Attachment) -> None:
        response = as_nobody.get(row.get_absolute_url())
        assert response.status_code == 302
        assert response["Location"].startswith("/login/?next=/attachments/")

    def test_another_storage_is_asked_once_for_its_address(
        self, as_reader: Client, row: Attachment, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = []

        def url(self: object, name: str, parameters: dict[str, str], expire: int) -> str:
            asked.append((name, parameters, expire))
            return f"https://bucket.example/{name}?signature={len(asked)}"

        def path(self: object, name: str) -> str:
            raise NotImplementedError

        monkeypatch.setattr(FileSystemStorage, "path", path)
        monkeypatch.setattr(FileSystemStorage, "url", url)
        monkeypatch.setattr(FileSystemStorage, "_open", None)
        first = as_reader.get(row.get_absolute_url())
        assert first.status_code == 302
        assert first["Location"].startswith("https://bucket.example/attachments/")
        assert as_reader.get(row.get_absolute_url())["Location"] == first["Location"]
        [(_, parameters, expire)] = asked
        assert (parameters["ResponseContentType"], expire) == ("image/png", 600)
        assert parameters["ResponseContentDisposition"].startswith("inline; filename*=")
