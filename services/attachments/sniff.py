"""Detect the type of a file from its bytes; the type and name that it claims are ignored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO

HEAD_BYTES = 64


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of file. Where it has `extensions`, its name gets one of them, the first by default.

    An `inline` type was verified and may be shown by a browser; all others are only downloaded.
    """

    content_type: str
    extensions: tuple[str, ...] = ()
    inline: bool = False

    @property
    def is_picture(self) -> bool:
        return self.content_type.startswith("image/")


# By Pillow's name for the format. MPO, which some cameras write, is a JPEG with more behind it.
PICTURES = {
    "PNG": Kind("image/png", (".png", ".apng"), inline=True),
    "JPEG": Kind("image/jpeg", (".jpg", ".jpeg"), inline=True),
    "MPO": Kind("image/jpeg", (".jpg", ".jpeg"), inline=True),
    "GIF": Kind("image/gif", (".gif",), inline=True),
    "WEBP": Kind("image/webp", (".webp",), inline=True),
    "AVIF": Kind("image/avif", (".avif",), inline=True),
}
PDF = Kind("application/pdf", (".pdf",), inline=True)
ZIP = Kind("application/zip")
OTHER = Kind("application/octet-stream")
MP3 = Kind("audio/mpeg", (".mp3",), inline=True)
MP4 = Kind("video/mp4", (".mp4", ".m4v"), inline=True)
M4A = Kind("audio/mp4", (".m4a",), inline=True)
# By the first bytes (WHATWG "MIME Sniffing", 6.1 and 6.2, and RFC 9559 for WebM).
SIGNATURES = (
    (b"%PDF-", PDF),
    (b"PK\x03\x04", ZIP),
    (b"OggS\x00", Kind("audio/ogg", (".ogg", ".oga", ".opus", ".ogv"), inline=True)),
    (b"fLaC", Kind("audio/flac", (".flac",), inline=True)),
    (b"ID3", MP3),
)
WAV = Kind("audio/wav", (".wav",), inline=True)
WEBM = Kind("video/webm", (".webm",), inline=True)
AUDIO_BRANDS = (b"M4A ", b"M4B ")
PICTURE_BRANDS = (b"avif", b"avis")
INLINE = frozenset(
    kind.content_type
    for kind in (*PICTURES.values(), MP4, M4A, WAV, WEBM, *(kind for _, kind in SIGNATURES))
    if kind.inline
)


def looks_like_picture(head: bytes) -> bool:
    """Do the first bytes announce a picture that browsers show? Then it has to be a whole one."""
    return (
        head.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a"))
        or (head[:4], head[8:12]) == (b"RIFF", b"WEBP")
        or (head[4:8] == b"ftyp" and head[8:12] in PICTURE_BRANDS)
    )


def detect_kind(head: bytes) -> Kind:
    """Return the kind of a file by its first bytes, OTHER if unknown; not for pictures."""
    for signature, kind in SIGNATURES:
        if head.startswith(signature):
            return kind
    if (head[:4], head[8:12]) == (b"RIFF", b"WAVE"):
        return WAV
    if head[4:8] == b"ftyp":
        return _detect_mp4(head[8:12])
    if head.startswith(b"\x1aE\xdf\xa3") and b"webm" in head:
        return WEBM
    return MP3 if _is_mpeg_audio(head) else OTHER


def _detect_mp4(brand: bytes) -> Kind:
    """Tell MPEG-4 by its major brand; QuickTime and others that browsers may not play are OTHER."""
    if brand in AUDIO_BRANDS:
        return M4A
    return MP4 if brand.startswith((b"mp4", b"iso", b"avc1", b"M4V ", b"dash")) else OTHER


def _is_mpeg_audio(head: bytes) -> bool:
    """Is it an MPEG audio frame, layer III, with a bit rate and a sampling rate that exist?"""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return False
    return head[2] >> 4 not in (0, 15) and (head[2] >> 2) & 3 != 3


def read_head(file: IO[bytes]) -> bytes:
    """Return the first bytes of a seekable file, which is left at its start."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    file.seek(0)
    return head
