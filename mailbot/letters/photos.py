"""Photos that came with a case's mails, put into a letter to colleagues, who cannot look into the desk's mailbox.

Decides which files of a mail are photos, how many fit, and under which name they travel; never who gets them, and
never what is in them. The letter's own header fields stay byte for byte as `mime` wrote them.
RFC 2046 5.1.3 (multipart/mixed), RFC 2183 (attachments), RFC 2231 (names beyond ASCII).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.message import MIMEPart
from email.policy import SMTP

from mailbot.letters.base64_lines import lines_of
from mailbot.mail import mime
from mailbot.mail.model import Message

# Ten show the damage from every side; more make a mail that nobody scrolls through on a phone.
MOST = 10
# Postfix takes mails of 10,240,000 bytes unless told otherwise; base64 makes 7,000,000 into 9,580,000 (RFC 2045 6.8),
# and the letter itself needs some 100,000. One photo too many would have the whole letter refused for good.
MOST_BYTES = 7_000_000
# type -> how names of such files end. Not SVG, which can hold scripts, and nothing that a browser would open.
TYPES: Mapping[str, tuple[str, ...]] = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "image/heic": (".heic",),
    "image/heif": (".heif",),
    "image/avif": (".avif",),
    "image/tiff": (".tif", ".tiff"),
    "image/bmp": (".bmp",),
    "application/pdf": (".pdf",),
}
_SAME = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png"}  # as old programs say
_UNTOLD = "application/octet-stream"  # some telephones name no type: then the file's name tells it
_LONGEST_NAME = 60  # characters before the ending; file systems take 255 bytes
_NO_NAME = re.compile(r'["*:<>?|\\/;%]')  # what Windows refuses in a name, or a mail program could take for syntax
_FIELD = re.compile(rb"[^\r\n]+\r\n(?:[ \t][^\r\n]*\r\n)*")  # a header field with its folds (RFC 5322 2.2.3)
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,40}")  # short enough for one line
_LETTER = b"content-type: multipart/alternative"


@dataclass(frozen=True, slots=True)
class Photo:
    """A file that somebody sent: its name as given, its type (one of TYPES), its bytes."""

    name: str
    type: str
    data: bytes = field(repr=False)


def photos_in(message: Message) -> Iterator[Photo]:
    """The photos of a mail and of the mails attached to it, as colleagues forward them."""
    structure, _ = mime.parse(message.raw)
    for leaf, part in zip(mime.leaves(structure), message.parts, strict=False):
        if kind := _type(part.type, part.name):
            yield Photo(part.name, kind, mime.data(leaf.part))
    for inner in message.attached:
        yield from photos_in(inner)


def fitting(photos: Iterable[Photo]) -> tuple[Photo, ...]:
    """As many as a letter can carry, each once, in the order given; the largest are left out first."""
    once: dict[bytes, Photo] = {}
    for photo in photos:
        if photo.data and photo.type in TYPES:
            once.setdefault(photo.data, photo)
    chosen: set[bytes] = set()
    room = MOST_BYTES
    for data in sorted(once, key=len)[:MOST]:
        room -= len(data)
        if room < 0:
            break
        chosen.add(data)
    return tuple(photo for data, photo in once.items() if data in chosen)


def takes_photos(raw: bytes) -> bool:
    """Whether these are the bytes of a letter as it was written, with nothing attached yet."""
    return _letter_field(_fields(raw)) is not None


def attached(raw: bytes, photos: Sequence[Photo]) -> bytes:
    """The letter with the photos that fit: the same header fields, the letter as first part; always the same bytes."""
    fields = _fields(raw)
    own, fit = _letter_field(fields), fitting(photos)
    if own is None or not fit:
        return raw
    # "=_" stands nowhere in quoted-printable or base64, and the letter's own boundary has no "photos." in it.
    boundary = b"=_photos." + hashlib.sha256(raw).hexdigest()[:32].encode()
    mixed = b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\r\n'
    head = b"".join(mixed if each is own else each for each in fields)
    text = own + b"\r\n" + raw.partition(b"\r\n\r\n")[2]
    parts = (text, *(_part(photo, number) for number, photo in enumerate(fit, start=1)))
    bodies = b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts)
    return head + b"\r\n" + bodies + b"--" + boundary + b"--\r\n"


def _type(told: str, name: str) -> str:
    """The type under which the file travels, '' if it is no photo."""
    kind = _SAME.get(told, told)
    if kind == _UNTOLD:
        kind = next((each for each, endings in TYPES.items() if name.casefold().endswith(endings)), "")
    return kind if kind in TYPES else ""


def _fields(raw: bytes) -> list[bytes]:
    return _FIELD.findall(raw.partition(b"\r\n\r\n")[0] + b"\r\n")


def _letter_field(fields: Sequence[bytes]) -> bytes | None:
    return next((each for each in fields if each.lower().startswith(_LETTER)), None)


def _part(photo: Photo, number: int) -> bytes:
    """The file as a part of its own (RFC 2183), in base64; written by hand: the library takes ten times as long."""
    name = _file_name(photo, number)
    if not _PLAIN_NAME.fullmatch(name):
        return _part_by_library(photo, name)
    head = (
        f"Content-Type: {photo.type}\r\nContent-Transfer-Encoding: base64\r\n"
        f'Content-Disposition: attachment; filename="{name}"\r\nMIME-Version: 1.0\r\n\r\n'
    )
    return head.encode("ascii") + lines_of(photo.data)


def _part_by_library(photo: Photo, name: str) -> bytes:
    """A name beyond plain letters is encoded by whom it is known best (RFC 2231)."""
    kind, _, subtype = photo.type.partition("/")
    part = MIMEPart(policy=SMTP)
    part.set_content(photo.data, kind, subtype, disposition="attachment", filename=name)
    return part.as_bytes()


def _file_name(photo: Photo, number: int) -> str:
    """A name without path, controls or marks that turn it round, which always ends as its type does.

    So that "invoice.html", sent as a picture, is saved as a picture and opened as one.
    """
    last = re.split(r"[/\\]", photo.name)[-1]
    seen = "".join(each if unicodedata.category(each)[0] != "C" else "" for each in last)
    stem = " ".join(_NO_NAME.sub("_", seen).split())
    ending = next((each for each in TYPES[photo.type] if stem.casefold().endswith(each)), "")
    stem = (stem[: -len(ending)] if ending else stem).strip(". ")[:_LONGEST_NAME].rstrip(". ")
    return f"{stem or f'photo {number}'}{ending or TYPES[photo.type][0]}"
