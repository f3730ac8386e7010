"""Decides what the sender's words are among the parts of a mail, and lists the parts.

Must never take the words of an attached mail or file for the sender's own, and never decode an attachment
into the text. Carries out RFC 2046 5.1.4 (alternatives), RFC 2183 (disposition), RFC 3676 (format=flowed).
Where a mail has no words of the usual kinds, others are taken in the order of `_spare_words`.
"""

from __future__ import annotations

import re
from email.message import Message as MimeMessage

from mailbot.mail import armour, charsets, enriched, flowed, headers, hypertext, mime, parameters, rtf, transfer
from mailbot.mail.model import Part
from mailbot.mail.pieces import Node

TEXT_MAX = 1_000_000  # characters of words; a book chapter has 50,000
BODY_BYTES_MAX = 3_000_000  # of one part
STUB_MAX = 300  # characters of a plain part that only says that there is HTML
SEALED = "PGP: the words are encrypted"
NO_WORDS = "no words could be read"
UNKNOWN_CHARSET = "unknown charset: guessed"
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_ENRICHED = frozenset({"text/enriched", "text/richtext"})
_RTF = frozenset({"text/rtf", "application/rtf", "text/x-rtf"})
_WORDS = frozenset({"text/plain", "text/markdown", "text/x-markdown", "text/text", *_HTML, *_ENRICHED})
# Exchange cuts a mail of words, picture, words into files with these names.
_CUT_NAME = re.compile(r"att[0-9]{5}\.(?:txt|html?)", re.IGNORECASE)
_STUB = re.compile(
    r"html|multi-?part|mime|view (?:this|the) (?:mail|email|e-mail|message)|ver este|voir ce|anzeigen", re.IGNORECASE
)
_PREAMBLE = re.compile(r"mime|multi-?part|content-transfer", re.IGNORECASE)
_PRIVATE = re.compile("[\ue000-\uf8ff]")  # the letters room uses them as marks of its own
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
# these two join pictures and the letters of Persian or Hindi; elsewhere they only fill hidden lines
_JOINER = re.compile("(?<![\u0600-\u0dff\u1000-\u109f\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]")
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_BLANKS = re.compile("[\u00a0\u202f\u2007]")
_MARKUP = re.compile(r"<(?:html|!doctype html|body|div|p|table|br)\b", re.IGNORECASE)


def words(leaves: list[mime.Leaf], structure: MimeMessage | None = None) -> tuple[str, tuple[str, ...]]:
    """The body as plain text, and what hindered reading it.

    Of alternatives the plain one counts, unless it is empty or says no more than that there is HTML.
    """
    defects: list[str] = []
    pieces = _usual_words([leaf for leaf in leaves if is_body(leaf)], defects)
    text = "\n".join(piece for piece in pieces if piece.strip())[:TEXT_MAX]
    if not text.strip():
        text = _spare_words(leaves, structure)
    text, sealed = armour.read(text)
    if sealed:
        defects.append(SEALED)
    if not text.strip():
        defects.append(NO_WORDS)
    return text, tuple(defects)


def charset(leaves: list[mime.Leaf]) -> str:
    """The charset label of the sender's words, which raw bytes in the header are most likely in too."""
    said = (mime.parameter(leaf.part, "charset") for leaf in leaves if leaf.type in _WORDS)
    return next((each for each in said if each), "")


def parts(leaves: list[mime.Leaf]) -> tuple[Part, ...]:
    """Every leaf with its type, the sender's file name and its decoded size."""
    return tuple(Part(type=leaf.type, name=file_name(leaf.part), bytes=_size(leaf.part)) for leaf in leaves)


def clean(text: str) -> str:
    """Text with "\\n" line ends and without control, invisible and private-use characters."""
    if text.isascii():
        lines = text.replace("\r\n", "\n")
        return _CONTROL.sub("", _LINE_ENDS.sub("\n", lines)) if _ODD.search(lines) else lines
    said = _JOINER.sub("", _INVISIBLE.sub("", _PRIVATE.sub("", text)))
    return _BLANKS.sub(" ", _CONTROL.sub("", _LINE_ENDS.sub("\n", said)))


def is_body(leaf: mime.Leaf) -> bool:
    """Whether this leaf holds words that the sender wrote to be read, not a file that came along."""
    if leaf.spare or not (leaf.type in _WORDS or leaf.type.startswith("multipart/")):
        return False
    name = file_name(leaf.part)
    if name:
        return bool(_CUT_NAME.fullmatch(name)) and leaf.type in _WORDS
    return not leaf.attached


def file_name(part: MimeMessage) -> str:
    """The name the sender gave the file; shown to people, never used as a path."""
    if isinstance(part, Node) and part.found_name:
        return headers.one_line(part.found_name)[:200]
    for field, name in (("content-disposition", "filename"), ("content-type", "name")):
        said = parameters.parameters(mime.field(part, field)).get(name, "")
        if said:
            return headers.text(said)[:200]
    return ""


def _usual_words(said_in: list[mime.Leaf], defects: list[str]) -> list[str]:
    pieces: list[str] = []
    groups: dict[int, list[mime.Leaf]] = {}
    for leaf in said_in:
        groups.setdefault(leaf.group, []).append(leaf)
    length = 0
    for same in groups.values():
        found = _of_alternatives(same, defects)
        pieces += found
        length += sum(map(len, found))
        if length > TEXT_MAX:
            defects.append("the text was cut: too long")
            break
    return pieces


def _of_alternatives(same: list[mime.Leaf], defects: list[str]) -> list[str]:
    """The words of one group: the plain ones, else the first HTML that says something."""
    plain = [_plain(leaf, defects) for leaf in same if leaf.type not in _HTML]
    said = [text for text in plain if text.strip()]
    only = said[0].strip() if len(said) == 1 else ""
    stub = 0 < len(only) <= STUB_MAX and bool(_STUB.search(only))
    if said and not (stub and any(leaf.type in _HTML for leaf in same)):
        return said
    shown: list[str] = []
    for leaf in same:
        if leaf.type in _HTML and not shown:
            shown = [text for text in [_hypertext(leaf, defects)] if text.strip()]
    return shown if shown and len(shown[0].strip()) > len(only) else said


def _spare_words(leaves: list[mime.Leaf], structure: MimeMessage | None) -> str:
    """Words in less usual places: inside winmail.dat, in rich text, in an unnamed file, beside the parts."""
    ignored: list[str] = []
    for leaf in leaves:
        if leaf.spare:
            said = _hypertext(leaf, ignored) if leaf.type in _HTML else _plain(leaf, ignored)
            if said.strip():
                return said
    for leaf in leaves:
        if leaf.type in _RTF and (not leaf.attached or not file_name(leaf.part)):
            said, markup = rtf.words(mime.data(leaf.part)[: rtf.PLAIN_MAX])
            said = clean(hypertext.to_text(clean(said)) if markup else said)
        elif leaf.type in _WORDS and leaf.attached and not file_name(leaf.part):
            said = _hypertext(leaf, ignored) if leaf.type in _HTML else _plain(leaf, ignored)
        else:
            continue
        if said.strip():
            return said
    around = structure.around if isinstance(structure, Node) else b""
    said = clean(charsets.decode(around[:BODY_BYTES_MAX], ""))
    return "\n".join(line for line in said.split("\n") if not _PREAMBLE.search(line)).strip()


def _characters(leaf: mime.Leaf, defects: list[str]) -> str:
    said = mime.content(leaf.part)
    data = transfer.decode(said[: 2 * BODY_BYTES_MAX], mime.field(leaf.part, "content-transfer-encoding"), words=True)
    if len(data) > BODY_BYTES_MAX or len(said) > 2 * BODY_BYTES_MAX:
        defects.append("the text was cut: too long")
    label = mime.parameter(leaf.part, "charset")
    if leaf.type in _HTML and not label:
        label = hypertext.declared_charset(data)
    if not charsets.is_known(label):
        defects.append(UNKNOWN_CHARSET)
    return clean(charsets.decode(data[:BODY_BYTES_MAX], label)[:TEXT_MAX])


def _plain(leaf: mime.Leaf, defects: list[str]) -> str:
    text = _characters(leaf, defects)
    if leaf.type in _ENRICHED:
        return enriched.to_text(text)
    if leaf.type.startswith("multipart/") and _MARKUP.search(text[:4_000]):
        return clean(hypertext.to_text(text))
    if mime.parameter(leaf.part, "format").lower() == "flowed":
        return flowed.joined(text, mime.parameter(leaf.part, "delsp").lower() == "yes")
    return text


def _hypertext(leaf: mime.Leaf, defects: list[str]) -> str:
    return clean(hypertext.to_text(_characters(leaf, defects)))


def _size(part: MimeMessage) -> int:
    """Bytes after decoding."""
    if part.is_multipart():
        return len(mime.content(part)) if mime.content_type(part) not in mime.CLOSED else 0
    return transfer.size(mime.content(part), mime.field(part, "content-transfer-encoding"))
