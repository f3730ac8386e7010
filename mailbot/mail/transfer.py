"""Decides which bytes a part is once its transfer encoding is taken off, also where the encoding is not as told.

Must never raise, and runs in time linear in the part. Carries out RFC 2045 6 (base64, quoted-printable), and what
came before it: uuencode and yEnc.
"""

from __future__ import annotations

import binascii
import re

from mailbot.mail.parameters import first_word

FILES_MAX = 50  # inside one text
FOOTER_MAX = 4_000  # bytes below base64 that can be plain words
BAD_LINES_MAX = 1_000  # of uuencode; more are no file
CHUNKS_MAX = 1_000  # pieces of base64, each with its own end, glued into one part
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64 = bytes(sorted(set(range(256)) - set(_BASE64)))
_JUNK = bytes(sorted(set(_NOT_BASE64) - set(b"=\r\n\t ")))
_ALIASES = {
    "base-64": "base64",
    "b64": "base64",
    "base64encoding": "base64",
    "quoted_printable": "quoted-printable",
    "quotedprintable": "quoted-printable",
    "quoted/printable": "quoted-printable",
    "quoted printable": "quoted-printable",
    "qp": "quoted-printable",
    "x-uuencode": "uuencode",
    "x-uue": "uuencode",
    "uue": "uuencode",
    "x-yenc": "yenc",
}
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_SOFT_END = re.compile(rb"=[ \t]{1,200}(\r?\n)")
_QUOTED = re.compile(rb"=(?:[89A-F][0-9A-F]|\r?\n|3D|20\r?\n)")
_ESCAPE = re.compile(rb"=(.)", re.DOTALL)
_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/]{60,76}\r?\n")
_UU_BEGIN = re.compile(rb"(?:\A|(?<=\n))begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,200})\r?\n")
_Y_BEGIN = re.compile(rb"(?:\A|(?<=\n))=ybegin [^\r\n]{0,200}name=([^\r\n]{1,200})\r?\n(?:=ypart[^\r\n]{0,200}\r?\n)?")


def encoding(field: str) -> str:
    """The transfer encoding that a field names; '' for those that change nothing."""
    word = first_word(field)
    word = _ALIASES.get(word, word)
    return word if word in ("base64", "quoted-printable", "uuencode", "yenc") else ""


def decode(content: bytes, field: str, *, words: bool = False) -> bytes:
    """The part's bytes. `words`: the part is text, where an encoding that was told wrongly shows."""
    name = encoding(field)
    if name == "base64":
        return content if words and _is_prose(content) else _base64(content)
    if name == "quoted-printable":
        return _quoted(content)
    if name == "uuencode":
        files, _ = uuencoded(content)
        return files[0][1] if files else content
    if name == "yenc":
        return _yenc(content)
    return _undeclared(content) if words else content


def size(content: bytes, field: str) -> int:
    """Bytes after decoding; base64 is measured, not decoded (a 30 MB photo would be held twice)."""
    if encoding(field) != "base64":
        return len(decode(content, field))
    junk = len(content) - len(content.translate(None, _NOT_BASE64))
    return (len(content) - junk) * 3 // 4


def uuencoded(text: bytes) -> tuple[tuple[tuple[bytes, bytes], ...], bytes]:
    """The files that stand in a text as uuencode or yEnc, (name, bytes) each, and the text without them."""
    if b"begin" not in text:
        return (), text
    found: list[tuple[bytes, bytes]] = []
    rest: list[bytes] = []
    done = 0
    while len(found) < FILES_MAX:
        mark = _next(text, done)
        if mark is None:
            break
        yenc = mark.group().startswith(b"=y")
        stop = text.find(b"\n=yend" if yenc else b"\nend", mark.end() - 1)
        stop = len(text) if stop < 0 else stop + 1
        data = _yenc(text[mark.end() : stop]) if yenc else _uu(text[mark.end() : stop], mark.group())
        if not data:
            break
        found.append((mark[1].strip(), data))
        rest.append(text[done : mark.start()])
        line = text.find(b"\n", stop)
        done = len(text) if line < 0 else line + 1
    return tuple(found), b"".join([*rest, text[done:]])


def _next(text: bytes, start: int) -> re.Match[bytes] | None:
    both = [each for each in (_UU_BEGIN.search(text, start), _Y_BEGIN.search(text, start)) if each]
    return min(both, key=lambda each: each.start(), default=None)


def _base64(content: bytes) -> bytes:
    if content.translate(None, _BASE64 + b"=\r\n\t "):
        content = _without_footer(content)
    if b"-" in content or b"_" in content:
        content = content.translate(_URL_SAFE)
    letters = content.translate(None, _JUNK + b"\r\n\t ")
    pieces = [each for each in letters.rstrip(b"=").replace(b"==", b"=").split(b"=", CHUNKS_MAX) if each]
    if len(pieces) > CHUNKS_MAX // 2:
        pieces = [letters.replace(b"=", b"")]
    return b"".join(map(_unpadded, pieces))


def _unpadded(letters: bytes) -> bytes:
    """Base64 without its end: one letter too many is dropped."""
    whole = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
    try:
        return binascii.a2b_base64(whole.replace(b"=", b"") + b"=" * (-len(whole) % 4))
    except (binascii.Error, ValueError):
        return b""


def _without_footer(content: bytes) -> bytes:
    """Base64 without the lines that a mailing list or a scanner wrote below it in plain words."""
    begin = max(len(content) - FOOTER_MAX, 0)
    lines = content[begin:].split(b"\n")
    kept = [line for line in lines if not (line.strip().count(b" ") > 1 or line.startswith((b"__", b"--")))]
    return content[:begin] + b"\n".join(kept)


def _is_prose(content: bytes) -> bool:
    """Whether a text that is told to be base64 is plain words: no line of base64 has blanks inside."""
    sample = content[:4_000].strip()
    lines = sample.split(b"\n")
    return bool(sample) and sum(1 for line in lines if line.strip().count(b" ") > 1) * 2 >= len(lines)


def _quoted(content: bytes) -> bytes:
    if b"=" not in content:
        return content
    return binascii.a2b_qp(_SOFT_END.sub(rb"=\1", content))


def _undeclared(content: bytes) -> bytes:
    """A text in base64 or quoted-printable of which no field says so."""
    begin = content[:2_000].lstrip()
    if _BASE64_LINE.match(begin) and not content.translate(None, _BASE64 + b"=\r\n"):
        data = _base64(content)
        return data if _is_text(data) else content
    if b"=" in content and content.isascii():
        sample = content[:20_000]
        marks = _QUOTED.findall(sample)
        if len(marks) >= 3 and any(len(mark) == 3 and mark[1:2] in b"89ABCDEF" for mark in marks):
            data = _quoted(content)
            return data if _is_utf8(data) else content
    return content


def _is_text(data: bytes) -> bool:
    return _is_utf8(data) and not any(each < 9 for each in data[:2_000])


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _uu(block: bytes, begin: bytes) -> bytes:
    if begin.startswith(b"begin-base64"):
        return _base64(block)
    found: list[bytes] = []
    bad = 0
    for line in block.split(b"\n"):
        if bad > BAD_LINES_MAX:
            return b""
        text = line.rstrip(b"\r")
        if not text:
            continue
        try:
            found.append(binascii.a2b_uu(text))
        except binascii.Error:
            size = ((text[0] - 32) & 63) * 4 // 3 + 5  # some writers add letters at the end of a line
            try:
                found.append(binascii.a2b_uu(text[:size]))
            except binascii.Error:
                bad += 1
    return b"".join(found)


def _yenc(block: bytes) -> bytes:
    lines = [line for line in block.split(b"\n") if not line.startswith((b"=ybegin", b"=ypart", b"=yend"))]
    packed = b"".join(line.rstrip(b"\r") for line in lines)
    if packed.count(b"=") * 10 > len(packed) + 100:
        return b""  # of true yEnc two bytes in a hundred are escaped
    plain = _ESCAPE.sub(lambda mark: bytes([(mark[1][0] - 64) % 256]), packed)
    return plain.translate(bytes((each - 42) % 256 for each in range(256)))
