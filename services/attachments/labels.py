"""What people call a file of some kind, and the icon that stands for it where no picture does."""

from __future__ import annotations

PICTURES = {
    "image/png": "PNG picture",
    "image/jpeg": "JPEG picture",
    "image/gif": "GIF picture",
    "image/webp": "WebP picture",
    "image/avif": "AVIF picture",
}
OTHERS = {
    "application/pdf": "PDF",
    "audio/mpeg": "MP3 audio",
    "audio/mp4": "M4A audio",
    "audio/ogg": "Ogg audio",
    "audio/flac": "FLAC audio",
    "audio/wav": "WAV audio",
    "video/mp4": "MP4 video",
    "video/webm": "WebM video",
}
# What the bytes leave open, by what the file is called.
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
LONGEST_EXTENSION = 6


def kind_words(content_type: str, name: str) -> str:
    """A kind of file in words, as in "PNG picture", "PDF", "Word document" or "PEM file"."""
    known = PICTURES.get(content_type) or OTHERS.get(content_type)
    if known:
        return known
    stem, dot, extension = name.rpartition(".")
    extension = extension.lower()
    if stem and dot and extension in BY_EXTENSION:
        return BY_EXTENSION[extension]
    if content_type == "application/zip":
        return "ZIP archive"
    short = extension.isascii() and extension.isalnum() and len(extension) <= LONGEST_EXTENSION
    return f"{extension.upper()} file" if stem and dot and short else "File"


def icon_name(content_type: str, name: str) -> str:
    """The icon for a kind of file: one of picture, archive, sound, film, document."""
    group = content_type.partition("/")[0]
    if group in ("image", "audio", "video"):
        return {"image": "picture", "audio": "sound", "video": "film"}[group]
    return "archive" if kind_words(content_type, name).endswith("archive") else "document"
