"""The label of a kind of file, and its icon where there is no thumbnail."""

from __future__ import annotations

BY_CONTENT_TYPE = {
    "image/png": "PNG picture",
    "image/jpeg": "JPEG picture",
    "image/gif": "GIF picture",
    "image/webp": "WebP picture",
    "image/avif": "AVIF picture",
    "application/pdf": "PDF",
    "audio/mpeg": "MP3 audio",
    "audio/mp4": "M4A audio",
    "audio/ogg": "Ogg audio",
    "audio/flac": "FLAC audio",
    "audio/wav": "WAV audio",
    "video/mp4": "MP4 video",
    "video/webm": "WebM video",
}
# For files whose type the bytes do not show.
BY_EXTENSION = {
    "csv": "CSV table",
    "docx": "Word document",
    "drawio": "draw.io diagram",
    "epub": "EPUB book",
    "gz": "GZIP archive",
    "html": "HTML file",
    "json": "JSON file",
    "log": "Log",
    "md": "Markdown",
    "odp": "OpenDocument slides",
    "ods": "OpenDocument table",
    "odt": "OpenDocument text",
    "pptx": "PowerPoint slides",
    "svg": "SVG drawing",
    "tar": "TAR archive",
    "txt": "Text",
    "xlsx": "Excel workbook",
    "yaml": "YAML file",
    "yml": "YAML file",
}
MAX_EXTENSION_LENGTH = 6


def describe_kind(content_type: str, name: str) -> str:
    """Return a kind of file in words, as in "PNG picture", "PDF", "Word document" or "PEM file"."""
    if content_type in BY_CONTENT_TYPE:
        return BY_CONTENT_TYPE[content_type]
    stem, dot, extension = name.rpartition(".")
    extension = extension.lower()
    if stem and dot and extension in BY_EXTENSION:
        return BY_EXTENSION[extension]
    if content_type == "application/zip":
        return "ZIP archive"
    short = extension.isascii() and extension.isalnum() and len(extension) <= MAX_EXTENSION_LENGTH
    return f"{extension.upper()} file" if stem and dot and short else "File"


def icon_name(content_type: str, name: str) -> str:
    """Return the icon for a kind of file: one of picture, archive, sound, film, document."""
    group = content_type.partition("/")[0]
    if group in ("image", "audio", "video"):
        return {"image": "picture", "audio": "sound", "video": "film"}[group]
    return "archive" if describe_kind(content_type, name).endswith("archive") else "document"
