"""Decides how the bytes of a mail fall into header fields and parts (RFC 2045, 2046), in one pass over its lines.

Must never raise, never recurse, and never look at a line twice: a boundary is looked up among the open multiparts,
however many there are. Mends what senders get wrong: a boundary that is missing or another than declared, no end
boundary, a blank line inside the header, line ends of every kind. Attached mails stay closed: their parts are not ours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.message import Message as MimeMessage

from mailbot.mail import bounds, head, parameters
from mailbot.mail.pieces import CLOSED, Node

STATUS = frozenset({"message/delivery-status", "message/global-delivery-status"})  # RFC 3464, RFC 6533
_ENCODED = ("base64", "quoted-printable")
_MARK = re.compile(rb"[\r\n]--([^\r\n]{0,200})")
_MARK_LF = re.compile(rb"\n--([^\r\n]{0,200})")
_FIRST_MARK = re.compile(rb"--[^\r\n]{0,200}")
_NEXT_LINE = re.compile(rb"[^\r\n]{0,4000}(?:\r\n|\r|\n)")
_PART_FIELD = re.compile(rb"content-[a-z-]{2,40}[ \t]{0,9}:", re.IGNORECASE)
_SECOND_HEADER = re.compile(
    rb"(?:mime-version|content-type|content-transfer-encoding|x-[a-z0-9-]{1,60})[ \t]{0,9}:", re.I
)
_TOP_MARK = re.compile(rb"(?:[^\r\n-][^\r\n]{0,200})?\s{0,20}--([^\r\n]{1,200})\r?\n(?=content-)", re.IGNORECASE)
_ADOPTIONS_MAX = 20  # looks for a boundary that was declared, each over the whole mail


@dataclass(slots=True)
class _Open:
    """A multipart whose end was not seen yet."""

    node: Node
    boundary: bytes
    children: list[MimeMessage | str] = field(default_factory=list)


def tree(raw: bytes) -> tuple[Node, tuple[str, ...]]:
    """The mail's structure, and what was wrong with it."""
    defects: list[str] = []
    raw = _with_plain_ends(raw)
    root = Node()
    fields, start = head.read(raw, 0, len(raw), defects)
    more, start = _second_header(raw, fields, start, defects)
    _take(root, [*fields, *more])
    start = _undeclared_multipart(root, raw, start, defects)
    walk = _Walk(raw, root, defects)
    walk.enter(root, start)
    walk.over(start)
    return root, tuple(dict.fromkeys(defects))


def inner(root: Node, raw: bytes) -> Node:
    """A tree with the header fields of `root` over other bytes: what was inside its transfer encoding."""
    made = Node()
    _take(made, [item for item in root.raw_items() if item[0].lower() != "content-transfer-encoding"])
    walk = _Walk(raw, made, [])
    walk.enter(made, 0)
    walk.over(0)
    return made


class _Walk:
    """The one pass over the boundaries of a mail."""

    def __init__(self, raw: bytes, top: Node, defects: list[str]) -> None:
        self._raw, self._top, self._defects = raw, top, defects
        self._stack: list[_Open] = []
        self._open: dict[bytes, list[int]] = {}  # boundary -> where in the stack, innermost last
        self._current: Node | None = None  # the part whose bytes are being passed over; None after an end boundary
        self._start = 0
        self._parts = self._adoptions = 0

    def over(self, start: int) -> None:
        """Take the mail apart from here to its end."""
        stop = len(self._raw)
        marks = self._marks(start) if self._stack else []
        for number, (begin, end) in enumerate(marks):
            if self._parts >= bounds.PARTS_MAX:
                self._defects.append(f"the body was cut after {bounds.PARTS_MAX} parts")
                stop = begin
                break
            if begin >= self._start - 1:
                self._mark(begin, end, marks[number + 1][0] if number + 1 < len(marks) else stop)
        self._close(stop)
        self._leave(0, ended=False)

    def enter(self, node: Node, start: int) -> None:
        """Begin a part: its body, or the first boundary of its parts, is what comes next."""
        self._current, self._start = node, start
        kind = parameters.media_type(_field(node, "content-type"), node.get_default_type())
        encoding = parameters.first_word(_field(node, "content-transfer-encoding"))
        if not kind.startswith("multipart/") or encoding in _ENCODED:
            return
        boundary = self._boundary(_field(node, "content-type"))
        self._open.setdefault(boundary, []).append(len(self._stack))
        self._stack.append(_Open(node, boundary))

    def _boundary(self, field: str) -> bytes:
        """The boundary that the field declares; where a line break stands in it, with or without the blank after it."""
        said = parameters.boundary(field)
        if len(said) > 1 and self._adoptions < _ADOPTIONS_MAX:
            self._adoptions += 1
            return next((each for each in said if self._raw.find(b"\n--" + each) >= 0), said[0])
        return said[0]

    def _marks(self, start: int) -> list[tuple[int, int]]:
        """Where the lines that could be boundaries begin (at the line end before them) and end."""
        raw = self._raw
        pattern = _MARK if raw.count(b"\r") > raw.count(b"\r\n") else _MARK_LF
        first = _FIRST_MARK.match(raw, start)
        found = [(start - 1, first.end())] if first else []
        for mark in pattern.finditer(raw, start):
            if len(found) >= bounds.MARKS_MAX:
                self._defects.append("the body was read as one part after 100,000 marks")
                break
            found.append((mark.start(), mark.end()))
        return found

    def _mark(self, begin: int, end: int, next_mark: int) -> None:
        """One line that could be a boundary."""
        text = self._raw[begin + 3 : end].rstrip(b" \t")
        closing = text not in self._open and text.endswith(b"--")
        name = text[:-2].rstrip(b" \t") if closing else text
        if name not in self._open or not name:
            if not self._adopts(text, end):
                return
            closing, name = False, text
        self._close(begin)
        at = self._open[name][-1]
        self._leave(at if closing else at + 1, ended=True)
        if closing:
            self._current, self._start = None, end
            return
        self._parts += 1
        made = self._child(at)
        begins = _line_end(self._raw, end)
        fields, body = head.read(self._raw, begins, max(next_mark + 1, begins), self._defects)
        _take(made, fields)
        self.enter(made, body)

    def _adopts(self, text: bytes, end: int) -> bool:
        """Whether this is the boundary of the innermost multipart, though it declared none or another."""
        last = self._stack[-1] if self._stack else None
        if last is None or last.children or self._current is not last.node or not 0 < len(text) <= 200:
            return False
        begin = _line_end(self._raw, end)
        if not _PART_FIELD.match(self._raw, begin) or self._adoptions >= _ADOPTIONS_MAX:
            return False
        self._adoptions += 1
        if last.boundary and self._raw.find(b"--" + last.boundary, begin) >= 0:
            return False
        self._forget(len(self._stack) - 1)
        last.boundary = text
        self._open.setdefault(text, []).append(len(self._stack) - 1)
        self._defects.append("the boundary between the parts was not the one declared")
        return True

    def _child(self, at: int) -> Node:
        """A new part of the multipart at this depth."""
        parent = self._stack[min(at, bounds.NESTING_MAX)]
        if at > bounds.NESTING_MAX:
            self._defects.append("nested too deep: the inner parts were read side by side")
        made = Node()
        above = self._stack[at].node
        if "digest" in _field(above, "content-type").lower() and above.get_content_type() == "multipart/digest":
            made.set_default_type("message/rfc822")  # RFC 2046 5.1.5
        parent.children.append(made)
        return made

    def _close(self, stop: int) -> None:
        """The part that was being passed over ends here, before the line end that belongs to the boundary."""
        raw, start, node = self._raw, self._start, self._current
        if stop < len(raw) and raw[stop] == 10 and stop > start and raw[stop - 1] == 13:
            stop -= 1
        if node is None or (self._stack and node is self._stack[-1].node):
            said = raw[start : max(min(stop, start + bounds.AROUND_MAX), start)]
            if len(self._top.around) < bounds.AROUND_MAX and not said.isspace():
                self._top.around += said + b"\n"
            if node is not None and not self._stack[-1].children:
                node.content = raw[start : max(stop, start)]
        elif node is not None:
            _fill(node, raw[start : max(stop, start)])

    def _leave(self, depth: int, *, ended: bool) -> None:
        """The multiparts from this depth on are over."""
        while len(self._stack) > depth:
            self._forget(len(self._stack) - 1)
            last = self._stack.pop()
            if last.children:
                last.node.set_payload(last.children)
                if not ended or len(self._stack) > depth:
                    self._defects.append("a multipart has no end")
            else:
                _fill(last.node, last.node.content)
                self._defects.append("a multipart has no parts")

    def _forget(self, at: int) -> None:
        places = self._open[self._stack[at].boundary]
        places.pop()
        if not places:
            del self._open[self._stack[at].boundary]


def _fill(node: Node, content: bytes) -> None:
    """Give a part its bytes, and show them to other readers in the shape they know."""
    node.content = content
    kind = parameters.media_type(_field(node, "content-type"), node.get_default_type())
    encoding = parameters.first_word(_field(node, "content-transfer-encoding"))
    if kind in CLOSED and encoding not in _ENCODED:
        node.set_payload([_shown(content[: bounds.PAYLOAD_MAX])])
    else:
        node.set_payload(content[: bounds.PAYLOAD_MAX].decode("ascii", "surrogateescape"))


def _shown(content: bytes) -> Node:
    """An attached mail as header fields and the run of its body."""
    made = Node()
    fields, start = head.read(content, 0, len(content), [])
    _take(made, fields)
    made.set_payload(content[start:].decode("ascii", "surrogateescape"))
    return made


def _take(node: Node, fields: head.Fields) -> None:
    for name, value in fields:
        node.set_raw(name, value)


def _field(node: Node, name: str) -> str:
    """The topmost field of that name as `Message.get` shows it, which looks for bytes above ASCII in each."""
    for key, value in node.raw_items():
        if key.lower() == name:
            return value if value.isascii() else str(node.get(name, ""))
    return ""


def _line_end(raw: bytes, at: int) -> int:
    """Where the next line begins."""
    found = _NEXT_LINE.match(raw, at)
    if found:
        return found.end()
    end = raw.find(b"\n", at)
    return end + 1 if end >= 0 else len(raw)


def _with_plain_ends(raw: bytes) -> bytes:
    """The mail without what stands before its first field, and with line ends that can be told apart."""
    if raw.startswith((b"\xef\xbb\xbf", b"\n", b"\r", b" ", b"\t")):
        raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n") if not raw.isspace() else raw
    top = raw[:2_000]
    if b"\r\r\n" in top:
        return raw.replace(b"\r\r\n", b"\r\n")
    if b"\r" in top and b"\n" not in top:
        return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return raw


def _second_header(raw: bytes, fields: head.Fields, start: int, defects: list[str]) -> tuple[head.Fields, int]:
    """The fields below a blank line that cut the header in two (web forms write such mails)."""
    names = {name.lower() for name, _ in fields}
    if not fields or "content-type" in names or not _SECOND_HEADER.match(raw, start):
        return [], start
    more, body = head.read(raw, start, len(raw), [])
    told = {name.lower() for name, _ in more}
    if not told & {"mime-version", "content-type"} or told & names & {"from", "subject"}:
        return [], start
    defects.append("a blank line inside the header")
    return more, body


def _undeclared_multipart(root: Node, raw: bytes, start: int, defects: list[str]) -> int:
    """A body that begins with a boundary and fields of a part is a multipart, though no field says so."""
    if "content-type" in root:
        return start
    found = _TOP_MARK.match(raw, start, start + 1_000)
    if found and raw.count(b"\n--" + found[1].strip(), start) >= 1:
        boundary = found[1].strip().replace(b'"', b"").decode("ascii", "surrogateescape")
        root.set_raw("Content-Type", f'multipart/mixed; boundary="{boundary}"')
        defects.append("the parts were not declared")
    return start
