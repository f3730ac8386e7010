"""Decides what the sender's words are among the parts of a mail, and lists the parts.

Must never take the words of an attached mail or file for the sender's own, and never decode an attachment
into the text. Carries out RFC 2046 5.1.4 (alternatives), RFC 2183 (disposition), RFC 3676 (format=flowed).
"""

from __future__ import annotations

import re
from email.message import Message as MimeMessage

from mailbot.mail import charsets, headers, hypertext, mime
from mailbot.mail.model import Part

TEXT_MAX = 1_000_000  # characters of words; a book chapter has 50,000
BODY_BYTES_MAX = 4_000_000  # of one part
_PRIVATE = re.compile("[\ue000-\uf8ff]")  # the letters room uses them as marks of its own
_INVISIBLE = re.compile("[\u200b\ufeff\u2060\u00ad]")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_QUOTE = re.compile(r"(?:>[ ]?){0,50}")


def words(leaves: list[mime.Leaf]) -> str:
    """The body as plain text: of alternatives the plain one, unless it is empty; HTML as a reader sees it."""
    pieces: list[str] = []
    said_in = [leaf for leaf in leaves if _is_body(leaf)]
    for group in dict.fromkeys(leaf.group for leaf in said_in):
        same = [leaf for leaf in said_in if leaf.group == group]
        plain = [_plain(leaf.part) for leaf in same if leaf.type != "text/html"]
        said = [text for text in plain if text.strip()]
        pieces += said or [_hypertext(leaf.part) for leaf in same if leaf.type == "text/html"][:1]
        if sum(map(len, pieces)) > TEXT_MAX:
            break
    return "\n".join(piece for piece in pieces if piece.strip())[:TEXT_MAX]


def parts(leaves: list[mime.Leaf]) -> tuple[Part, ...]:
    """Every leaf with its type, the sender's file name and its decoded size."""
    return tuple(Part(type=leaf.type, name=_file_name(leaf.part), bytes=_size(leaf.part)) for leaf in leaves)


def clean(text: str) -> str:
    """Text with "\\n" line ends and without control, invisible and private-use characters."""
    lines = _LINE_ENDS.sub("\n", _INVISIBLE.sub("", _PRIVATE.sub("", text)))
    return _CONTROL.sub("", lines).replace("\u00a0", " ")


def _is_body(leaf: mime.Leaf) -> bool:
    if leaf.attached or _file_name(leaf.part):
        return False
    return leaf.type in ("text/plain", "text/html", "text/enriched") or leaf.type.startswith("multipart/")


def _characters(part: MimeMessage) -> str:
    return clean(charsets.decode(mime.data(part)[:BODY_BYTES_MAX], mime.parameter(part, "charset")))


def _plain(part: MimeMessage) -> str:
    text = _characters(part)
    if mime.parameter(part, "format").lower() == "flowed":
        return _unflow(text, mime.parameter(part, "delsp").lower() == "yes")
    return text


def _hypertext(part: MimeMessage) -> str:
    return clean(hypertext.to_text(_characters(part)))


def _unflow(text: str, delete_space: bool) -> str:
    """Lines that the sender's program broke, put together again (RFC 3676 4.1, 4.2); '-- ' stays alone."""
    lines: list[str] = []
    open_depth = -1
    for line in text.split("\n"):
        mark = _QUOTE.match(line)
        depth = mark.group().count(">") if mark else 0
        content = line[len(mark.group()) :] if mark and depth else line.removeprefix(" ")
        if depth == open_depth and content != "-- " and lines:
            lines[-1] += content
        else:
            lines.append("> " * depth + content)
        flowing = content.endswith(" ") and content != "-- "
        open_depth = depth if flowing else -1
        if flowing and delete_space:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def _file_name(part: MimeMessage) -> str:
    """The name the sender gave the file; shown to people, never used as a path."""
    try:
        return headers.text(part.get_filename("") or "")[:200]
    except mime.PARSER_FAILURES:
        return ""


def _size(part: MimeMessage) -> int:
    """Bytes after decoding; base64 is measured, not decoded (a 30 MB photo would be held twice)."""
    payload = part.get_payload()
    if not isinstance(payload, str):
        return 0
    encoding = str(part.get("content-transfer-encoding", "")).strip().lower()
    if encoding == "base64":
        letters = len(payload) - payload.count("\n") - payload.count("\r")
        return max(letters * 3 // 4 - payload[-4:].count("="), 0)
    return len(mime.data(part)) if encoding == "quoted-printable" else len(payload)
