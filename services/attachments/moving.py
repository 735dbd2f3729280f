"""Pictures that move, without what is told beside their frames; those stay bit by bit.

What shows the picture is kept and all else left out: EXIF, XMP, comments, text, and what nobody
knows. Each function copies a file and raises Broken where it is not whole.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from typing import IO
from zlib import crc32

from PIL import Image

ORIENTATION = 0x0112
# PNG, third edition, 5.6: the chunks that say how pixels look, and those that make them move.
PNG_SHOWN = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB bKGD hIST pHYs sPLT cICP mDCV cLLI"
    b" acTL fcTL fdAT".split()
)
# RFC 9649, 2.7; what a frame (ANMF) consists of stands behind its 16 bytes of measures.
WEBP_SHOWN = frozenset((b"VP8X", b"ICCP", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L"))
WEBP_FRAME = 16
EXIF_AND_XMP = 0b1100
# GIF89a, 23 to 26: how a frame is shown; and what programs agreed on: repeating, colours.
GIF_CONTROL, GIF_APPLICATION = 0xF9, 0xFF
GIF_SHOWN = (b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012")


class Broken(ValueError):
    """The file ends too early, or its parts do not fit together."""


def without_metadata(file: IO[bytes], name: str) -> bytes:
    """A GIF, PNG or WebP (Pillow's names for them) without its metadata. Raises Broken."""
    ways: dict[str, Callable[[IO[bytes]], bytes]] = {"GIF": _gif, "PNG": _png, "WEBP": _webp}
    file.seek(0)
    try:
        return ways[name](file)
    finally:
        file.seek(0)


def _read(file: IO[bytes], size: int) -> bytes:
    data = file.read(size)
    if len(data) != size:
        raise Broken
    return data


# -- PNG -----------------------------------------------------------------------------------------


def _png(file: IO[bytes]) -> bytes:
    kept, name = io.BytesIO(), b""
    kept.write(_read(file, 8))
    while name != b"IEND":
        size, name = struct.unpack(">I4s", _read(file, 8))
        body = _read(file, size)
        if crc32(name + body) != int.from_bytes(_read(file, 4), "big"):
            raise Broken
        if name == b"eXIf":
            body = _orientation_alone(body)
        if name in PNG_SHOWN or (name == b"eXIf" and body):
            kept.write(struct.pack(">I", len(body)) + name + body)
            kept.write(struct.pack(">I", crc32(name + body)))
    return kept.getvalue()


def _orientation_alone(data: bytes) -> bytes:
    """EXIF that says only which way is up, as browsers heed it in a PNG; blank where it is so."""
    exif = Image.Exif()
    exif.load(data)
    turned = exif.get(ORIENTATION, 1)
    if turned not in range(2, 9):
        return b""
    # One entry of a big-endian TIFF: a short number, once.
    return b"MM\0*\0\0\0\x08\0\x01" + struct.pack(">HHIHHI", ORIENTATION, 3, 1, turned, 0, 0)


# -- WebP ----------------------------------------------------------------------------------------


def _webp(file: IO[bytes]) -> bytes:
    """Browsers do not turn a WebP by its EXIF, so that goes as a whole."""
    riff, size, kind = struct.unpack("<4sI4s", _read(file, 12))
    if (riff, kind) != (b"RIFF", b"WEBP") or size < 4:
        raise Broken
    kept = _webp_chunks(io.BytesIO(_read(file, size - 4)))
    return struct.pack("<4sI4s", b"RIFF", len(kept) + 4, b"WEBP") + kept


def _webp_chunks(file: IO[bytes]) -> bytes:
    kept = io.BytesIO()
    while head := file.read(8):
        if len(head) != 8:
            raise Broken
        name, size = struct.unpack("<4sI", head)
        body = _read(file, size)
        # Some programs leave out the byte that makes the last one even.
        file.read(size % 2)
        if name == b"VP8X":
            body = bytes((body[0] & ~EXIF_AND_XMP,)) + body[1:] if body else body
        elif name == b"ANMF":
            body = body[:WEBP_FRAME] + _webp_chunks(io.BytesIO(body[WEBP_FRAME:]))
        if name in WEBP_SHOWN:
            kept.write(struct.pack("<4sI", name, len(body)) + body + b"\0" * (len(body) % 2))
    return kept.getvalue()


# -- GIF -----------------------------------------------------------------------------------------


def _gif(file: IO[bytes]) -> bytes:
    kept = io.BytesIO()
    head = _read(file, 13)
    kept.write(head + _read(file, _colours(head[10])))
    while (begins := file.read(1)) in (b"!", b","):
        if begins == b"!":
            label = _read(file, 1)
            blocks = _blocks(file)
            control = label[0] == GIF_CONTROL
            if control or (label[0] == GIF_APPLICATION and blocks[1:12] in GIF_SHOWN):
                kept.write(b"!" + label + blocks)
        else:
            measures = _read(file, 9)
            table = _read(file, _colours(measures[8]))
            kept.write(b"," + measures + table + _read(file, 1) + _blocks(file))
    # Anything else ends it, for browsers too.
    return kept.getvalue() + b";"


def _colours(flags: int) -> int:
    """Bytes of the table of colours that such flags announce."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks(file: IO[bytes]) -> bytes:
    """The blocks up to the empty one that ends them."""
    found = bytearray()
    while True:
        size = _read(file, 1)
        found += size
        if size == b"\0":
            return bytes(found)
        found += _read(file, size[0])
