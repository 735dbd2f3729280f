"""The names of files: safe to show and to save under, in any script."""

from __future__ import annotations

import mimetypes
import re
import unicodedata
from pathlib import PurePath

from services.attachments.sniff import Kind

MAX_NAME_LENGTH = 150
MAX_EXTENSION_LENGTH = 20
# They join letters in Persian and Indic names and emoji; all other invisible characters go.
JOINERS = frozenset("\u200c\u200d")
INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean_name(name: str, kind: Kind) -> str:
    """Remove from a file's name what could deceive or break: folders, control characters, marks
    that turn the direction of text, blanks at its ends. Give it an extension of its kind.
    """
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    visible = (c for c in name if c in JOINERS or unicodedata.category(c) not in INVISIBLE)
    name = " ".join("".join(visible).split()).strip(". ")
    default = "picture" if kind.is_picture else "file"
    path = PurePath(name or default)
    if not kind.extensions:
        stem, extension = path.stem, path.suffix
        if len(extension) > MAX_EXTENSION_LENGTH:
            stem, extension = path.name, ""
    elif path.suffix.lower() in kind.extensions:
        stem, extension = path.stem, path.suffix
    else:
        # "photo.html" loses its extension; "Version 1.2" has none to lose.
        known = mimetypes.guess_type(f"x{path.suffix}")[0]
        stem, extension = path.stem if known else path.name, kind.extensions[0]
    return (stem[: MAX_NAME_LENGTH - len(extension)].rstrip(". ") or default) + extension
