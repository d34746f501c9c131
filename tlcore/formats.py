"""Files that are no picture we read, recognised by their first bytes and named: no decoder runs on them."""

import re

from tlcore.errors import ImageError
from tlcore.words import mark, tr

__all__ = ["DAMAGED", "refuse_unread", "unknown"]

DAMAGED = mark("The picture is cut short or damaged. Save it again, or leave it out.")

_BRANDS = {
    b"heic": "HEIC", b"heix": "HEIC", b"heim": "HEIC", b"heis": "HEIC", b"hevc": "HEIC", b"hevx": "HEIC",
    b"mif1": "HEIC", b"msf1": "HEIC", b"avif": "AVIF", b"avis": "AVIF", b"crx ": "RAW",
}  # fmt: skip
_MAGIC = {
    b"%!PS": "EPS", b"\xc5\xd0\xd3\xc6": "EPS", b"%PDF": "PDF", b"8BPS": "PSD",
    b"FUJIFILMCCD-RAW": "RAW", b"IIRO": "RAW", b"IIRS": "RAW", b"MMOR": "RAW", b"IIU\0": "RAW",
    b"FOVb": "RAW", b"\0MRM": "RAW", b"\0\0\0\x0cjP  ": "JPEG 2000", b"\xff\x4f\xff\x51": "JPEG 2000",
    b"\xff\x0a": "JPEG XL", b"\0\0\0\x0cJXL ": "JPEG XL",
}  # fmt: skip
_SVG = re.compile(rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*(<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]", re.DOTALL)


def refuse_unread(content: bytes) -> None:
    """Raises ImageError with the format's name and the way out."""
    if not content:
        raise ImageError(tr("The file is empty (0 bytes)."))
    head = content[:4096]
    kind = next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)
    if head[4:8] == b"ftyp":
        kind = _BRANDS.get(head[8:12], tr("Video"))
    elif _SVG.match(head.removeprefix(b"\xef\xbb\xbf")):
        kind = "SVG"
    elif head[:4] in (b"II*\0", b"MM\0*") and head[8:10] == b"CR":
        kind = "RAW"
    if kind:
        raise ImageError(tr("{kind} files are not read. Export it as JPEG or PNG.", kind=kind))
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")):
        raise ImageError(tr("It is an archive inside. Unpack it, and add its folders."))


def unknown(content: bytes) -> str:
    """The sentence for a file that no decoder recognised."""
    known = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"RIFF", b"II*\0", b"MM\0*")
    if content.startswith(known):
        return tr(DAMAGED)
    return tr("It is no picture (JPEG, PNG, GIF, BMP, WebP or TIFF).")
