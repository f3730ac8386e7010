"""Decides where a body shows the header of another mail: the block of its fields, and the line drawn above it.

Must never see a mark in a person's own sentence on one weak sign: "From: my house" is no header block without two more
fields, which `header_fields` reads. Looks at few, short lines at a time, so that its cost is linear in the text.
There is no RFC for these blocks; the words are the tables in `marks`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from mailbot.mail import marks
from mailbot.mail.attributions import ORIGINAL, is_quoted
from mailbot.mail.header_fields import BLOCK_LINES_MAX, LABEL_MAX, VALUE_MAX, header_fields, labelled, seen
from mailbot.mail.header_fields import LINE_MAX as LINE_MAX
from mailbot.mail.reply_marks import is_reply_mark

CLOSING_RULE = 40
_SEPARATOR_MAX = 250

_RULE = re.compile(r"[-–—_=*~#─━－]{2,}")
_RULE_BEGINS = tuple("-–—_=*~─━－")
_RULE_ALONE = re.compile(r"[-–—_=*~─━－ ]{10,}")
_RULED = re.compile(r"[-–—_=*─━－]{3}.{0,200}[-–—_=*─━－]{2}")  # words that no table knows, above a block
_DATED_MARK = re.compile(r"message du (\d.{3,40})", re.IGNORECASE)  # Orange
_CONVERSATION = re.compile(r"-{20,30}")
_CUT_TEXT = re.compile(r"={2,}8<={2,}")  # The Bat!
_ORIGINAL = frozenset(map(marks.folded, ORIGINAL)) | marks.ALSO_ORIGINAL
# "Forwarded message from Jane <jane@example.com>", "Forwarded by Lucy/Shop": what may stand beside the words.
_LONG_MARKS = tuple(word for word in marks.FORWARDED if len(word) > 5)
_BAT = marks.folded("This is a forwarded message")
_ENDS_OF_A_MARK = (":", "：", ":*")
_ENDS = tuple(marks.ENDED)
# Yahoo writes all fields into one line: "From: A <a@b>To: C <c@d>Sent: Friday, 10:00 GMT+1Subject: My dress".
_AFTER_ADDRESS = re.compile(r"(?<=>)(?=[^\W\d_][\w .]{0,20}\s?:)")
_GLUED_SUBJECT = re.compile(rf"(?=(?:{'|'.join(map(re.escape, marks.SUBJECT_LABELS))})\s?:)")
_BARE_SUBJECT = re.compile(r"(?<=[A-Z\d])Assunto (?=\S)")  # Yahoo's Portuguese forgets the colon of this one


@dataclass(frozen=True, slots=True)
class Boundary:
    """Lines [start, end) that introduce somebody else's words. kind: forward original header attribution ours."""

    kind: str
    start: int
    end: int
    said: str
    fields: Mapping[str, str] = field(default_factory=dict)
    sure: bool = True  # an attribution without time or address counts only above quoted lines


def unquoted(line: str) -> str:
    """The line with one quote mark taken off."""
    return line.lstrip()[1:].removeprefix(" ") if is_quoted(line) else line


def separator(lines: Sequence[str], at: int) -> Boundary | None:
    """A line that says 'forwarded message', 'original message' or our own mark, with the block below it."""
    line = seen(lines[at])
    if is_reply_mark(line):
        return Boundary("ours", at, at + 1, line)
    dated = _DATED_MARK.match(line)
    if dated:
        found = _with_fields("original", lines, at, at + 1, line, fewest=2, loose=False)
        return replace(found, fields={**found.fields, "date": dated[1]}) if found.fields else None
    kind, end = _marked(lines, at, line)
    if kind:
        return _with_fields(kind, lines, at, end, line)
    ruled = line.startswith(_RULE_BEGINS)
    if ruled and (_RULE_ALONE.fullmatch(line) or _RULED.fullmatch(line[:_SEPARATOR_MAX])):
        found = _with_fields("header", lines, at, at + 1, line, fewest=2, loose=False)
        return found if _is_enough(found.fields) else None
    return _conversation(lines, at, line)


def _is_enough(fields: Mapping[str, str]) -> bool:
    """Whether a block below a rule is one: three fields, or an address with a subject."""
    return len(fields) >= 3 or ("@" in fields.get("from", "") and "subject" in fields)


def header_block(lines: Sequence[str], at: int, fewest: int = 3) -> Boundary | None:
    """'From: … Sent: … To: … Subject: …' as Outlook writes it."""
    if not labelled(lines[at])[0] or (at and labelled(lines[at - 1])[0]):
        return None  # a block begins at its first field, or what it says is in doubt
    fields, end = header_fields(lines, at, fewest)
    return Boundary("header", at, end, f"From: {fields['from']}", fields) if fields else None


def is_end(line: str) -> bool:
    """Whether the line says that the forwarded mail ends here."""
    if len(line) > _SEPARATOR_MAX or not _RULE.search(line):
        return False
    return any(marks.folded(piece).startswith(_ENDS) for piece in _RULE.split(line))


def is_closing_rule(line: str) -> bool:
    """Whether the line is the long rule that programs draw below a block or a whole forward (SquirrelMail, KMail)."""
    return len(line.strip()) >= CLOSING_RULE and not line.strip(" -")


def draws_an_end(said: str) -> bool:
    """Whether a program that begins a forward with this mark also ends it with one (mutt, Horde, The Bat!)."""
    return marks.folded(said) == _BAT or ("@" in said and bool(_RULE.match(said) and _RULE.search(said[-3:])))


def _marked(lines: Sequence[str], at: int, line: str) -> tuple[str, int]:
    """('forward' or 'original', where the mark ends) for a line that says so; ('', at) otherwise."""
    if len(line) > _SEPARATOR_MAX and not _RULE.match(line):
        return "", at
    start = line[:_SEPARATOR_MAX]
    if start.endswith(_ENDS_OF_A_MARK) or start[:4].casefold() == "this":
        whole = marks.folded(start.strip(" \t:：.*[]>"))
        if whole in marks.FORWARDED and (start.endswith(_ENDS_OF_A_MARK) or whole == _BAT):
            return "forward", at + 1
    if not _RULE.search(start):
        return "", at
    pieces = [marks.folded(piece.strip("*~>< \t:：.[]|")) for piece in _RULE.split(start)]
    if any(piece.startswith(_ENDS) for piece in pieces):
        return "", at
    if not marks.FORWARDED.isdisjoint(pieces):
        return "forward", at + 1
    if not _ORIGINAL.isdisjoint(pieces):
        return "original", at + 1
    if not pieces[0] and any(each.startswith(_LONG_MARKS) or each.endswith(_LONG_MARKS) for each in pieces):
        return _long_mark(lines, at, line)
    return "", at


def _conversation(lines: Sequence[str], at: int, line: str) -> Boundary | None:
    """Gmail's "Forwarded Conversation" in any language: a heading, the subject, a rule, then one mail below another."""
    if (
        at + 3 >= len(lines)
        or not lines[at + 2].startswith("--------")
        or not _CONVERSATION.fullmatch(seen(lines[at + 2]))
    ):
        return None
    name, subject = labelled(lines[at + 1])
    if name != "subject" or len(line) > LABEL_MAX:
        return None
    found = _with_fields("header", lines, at, at + 3, line, fewest=3, loose=False)
    return replace(found, kind="forward", fields={"subject": subject, **found.fields}) if found.fields else None


def _long_mark(lines: Sequence[str], at: int, line: str) -> tuple[str, int]:
    """A mark that names who forwards; a program may have broken it in two."""
    if _RULE.search(line[-4:]) or _AFTER_ADDRESS.search(line):
        return "forward", at + 1
    following = seen(lines[at + 1])[:_SEPARATOR_MAX] if at + 1 < len(lines) else ""
    return ("forward", at + 2) if len(following) > 3 and _RULE.search(following[-4:]) else ("", at)


def _with_fields(
    kind: str, lines: Sequence[str], at: int, end: int, said: str, fewest: int = 1, *, loose: bool = True
) -> Boundary:
    below = [unquoted(each) for each in lines[end : end + BLOCK_LINES_MAX]]
    fields, length = header_fields(below, 0, fewest, loose=loose)
    if not fields and kind != "header":
        fields = header_fields(_in_one_line(said), 0, 1)[0]
    end += length
    return Boundary(kind, at, _closed(lines, end, said) if fields else end, said, fields)


def _in_one_line(said: str) -> list[str]:
    """The fields that Yahoo writes behind its mark."""
    rest = _BARE_SUBJECT.sub("Assunto: ", _RULE.split(said[:VALUE_MAX])[-1])
    return [line for piece in _AFTER_ADDRESS.split(rest) for line in _GLUED_SUBJECT.split(piece, maxsplit=1) if line]


def _closed(lines: Sequence[str], end: int, said: str) -> int:
    """Where the block ends for programs that draw their mark a second time below it (Zoho, The Bat!)."""
    for number in range(end, min(end + 3, len(lines))):
        line = seen(unquoted(lines[number]))
        if line == said or _CUT_TEXT.match(line) or is_closing_rule(line):
            return number + 1
        if line:
            break
    return end
