"""What people call a file of some kind."""

import pytest

from services.attachments.labels import describe_kind, icon_name

OTHER, ZIP = "application/octet-stream", "application/zip"


@pytest.mark.parametrize(
    ("content_type", "name", "words", "icon"),
    [
        ("image/png", "a.png", "PNG picture", "picture"),
        ("application/pdf", "a.pdf", "PDF", "document"),
        ("audio/mpeg", "a.mp3", "MP3 audio", "sound"),
        ("video/mp4", "a.m4v", "MP4 video", "film"),
        (ZIP, "a.zip", "ZIP archive", "archive"),
        (ZIP, "a.DOCX", "Word document", "document"),
        (ZIP, "a", "ZIP archive", "archive"),
        (OTHER, "a.csv", "CSV table", "document"),
        (OTHER, "backup.tar", "TAR archive", "archive"),
        (OTHER, "key.pem", "PEM file", "document"),
        # What is no extension says nothing.
        (OTHER, ".env", "File", "document"),
        (OTHER, "Version 1.of the plan", "File", "document"),
        (OTHER, "README", "File", "document"),
    ],
)
def test_kinds_have_words_and_icons(content_type, name, words, icon):
    assert (describe_kind(content_type, name), icon_name(content_type, name)) == (words, icon)
