"""Pictures that imported notes show, taken along from the folder they lie in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from django.core.files import File
from django.db.models import Q

from services.bulk import chunks
from services.files.storing import UploadRefused, store
from services.models import Attachment, Link
from services.sync.plan import Plan, Refused

SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif")


def import_pictures(plan: Plan, origins: Mapping[str, tuple[Path, str]]) -> None:
    """Store the pictures that the notes of a plan's files refer to and that lie beside them.

    `origins` has each file's place on disk and the imported folder, by path. A picture that
    cannot be stored is a warning of the plan. Unchanged pictures are left alone.
    """
    shown = Q()
    for suffix in SUFFIXES:
        shown |= Q(target__iendswith=suffix)
    paths = [document.path for document in plan.documents if document.path in origins]
    links = [
        link
        for some in chunks(paths)
        for link in Link.objects.filter(shown, page__section__document__path__in=some)
        .select_related("page__section__document")
        .defer("page__notes", "page__section__base", "page__section__text")
        .order_by("pk")
    ]
    for link in links:
        path = link.page.section.document.path
        file = _beside(link.target, *origins[path])
        if file is not None:
            try:
                _keep(link, file)
            except (UploadRefused, OSError) as error:
                plan.warnings.append(
                    Refused(path, f"the picture {link.target} was left out: {error}")
                )


def _beside(target: str, note: Path, folder: str) -> Path | None:
    """The file that a note's reference means: beside the note, below the folder, or by its name
    in a folder for attachments (as Obsidian finds it). Never outside the imported folder."""
    root = Path(folder)
    name = PurePosixPath(target).name
    places = [note.parent / target, root / target]
    if "/" not in target:
        places += [root / sub / name for sub in ("Attachments", "attachments", "assets", "images")]
    for place in places:
        try:
            real = place.resolve()
            if real.is_relative_to(root) and real.is_file():
                return real
        except OSError:
            continue
    return None


def _keep(link: Link, file: Path) -> None:
    stored = Attachment.objects.filter(page=link.page, reference=link.target).first()
    if stored and stored.size == file.stat().st_size and stored.sha256 == _digest(file):
        attachment = stored
    else:
        if stored:
            stored.delete()
        with file.open("rb") as opened:
            attachment = store(
                File(opened, name=file.name),
                name=file.name,
                page=link.page,
                reference=link.target,
            )
    if link.attachment_id != attachment.pk:
        link.attachment, link.to = attachment, None
        link.save(update_fields=["attachment", "to"])


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
