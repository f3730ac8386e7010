"""Decides where a body shows the header of another mail: the block of its fields, and the line drawn above it.

Must never see a mark in a person's own sentence on one weak sign: "From: my house" is no header block without two more
fields. What a block says is taken from the lines that stand together: words below a blank line are the mail's own and
name no field, for whoever wrote them could name anybody. Looks at few, short lines at a time, so that its cost is
linear in the text. There is no RFC for these blocks; the words are the tables in `marks`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from mailbot.mail import marks
from mailbot.mail.attributions import ORIGINAL, is_quoted

LINE_MAX = 1_000
BLOCK_LINES_MAX = 40  # a block with a long list of recipients
VALUE_MAX = 2_000
LABEL_MAX = 40
CLOSING_RULE = 40
BLANKS_ABOVE = 3  # blank lines between the mark and its block
_LABEL_WORDS = 3  # of a label without a colon: "Envoyé le"
_SEPARATOR_MAX = 250

_RULE = re.compile(r"[-–—_=*~#─━－]{2,}")
_RULE_ALONE = re.compile(r"[-–—_=*~─━－ ]{10,}")
_RULED = re.compile(r"[-–—_=*─━－]{3}.{0,200}[-–—_=*─━－]{2}")  # words that no table knows, above a block
_DATED_MARK = re.compile(r"message du (\d.{3,40})", re.IGNORECASE)  # Orange
_CUT_TEXT = re.compile(r"={2,}8<={2,}")  # The Bat!
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_WHEN = re.compile(r"(?<!\d)20\d\d(?!\d)|\d{1,2}[:.時]\d{2}")
_OUR_MARK = "reply above this line"
_ORIGINAL = frozenset(map(marks.folded, ORIGINAL)) | marks.ALSO_ORIGINAL
# "Forwarded message from Jane <jane@example.com>", "Forwarded by Lucy/Shop": what may stand beside the words.
_LONG_MARKS = tuple(word for word in marks.FORWARDED if len(word) > 5)
_BAT = marks.folded("This is a forwarded message")
_ENDS_OF_A_MARK = (":", "：", ":*")
_ENDS = tuple(marks.ENDED)
# Yahoo writes all fields into one line: "From: A <a@b>To: C <c@d>Sent: Friday, 10:00 GMT+1Subject: My dress".
_AFTER_ADDRESS = re.compile(r"(?<=>)(?=[^\W\d_][\w .]{0,20}\s?:)")
_GLUED_SUBJECT = re.compile(rf"(?=(?:{'|'.join(map(re.escape, marks.SUBJECT_LABELS))})\s?:)")


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
    line = _seen(lines[at])
    if _OUR_MARK in line.casefold():
        return Boundary("ours", at, at + 1, line)
    dated = _DATED_MARK.match(line)
    if dated:
        found = _with_fields("original", lines, at, at + 1, line, fewest=2, loose=False)
        return replace(found, fields={**found.fields, "date": dated[1]}) if found.fields else None
    kind, end = _marked(lines, at, line)
    if kind:
        return _with_fields(kind, lines, at, end, line)
    if _RULE_ALONE.fullmatch(line) or _RULED.fullmatch(line[:_SEPARATOR_MAX]):
        found = _with_fields("header", lines, at, at + 1, line, fewest=3, loose=False)
        return found if found.fields else None
    return None


def header_block(lines: Sequence[str], at: int, fewest: int = 3) -> Boundary | None:
    """'From: … Sent: … To: … Subject: …' as Outlook writes it."""
    if not _labelled(lines[at])[0] or (at and _labelled(lines[at - 1])[0]):
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


def header_fields(lines: Sequence[str], at: int, fewest: int, *, loose: bool = False) -> tuple[dict[str, str], int]:
    """Fields of the header block that begins at or just below the line, and where it ends; ({}, at) where none does.

    loose: below a mark, labels need no colon ("| From | Jane |"), and one that no table knows can be the sender's.
    """
    block = _Block(loose)
    number, last = at, min(at + BLOCK_LINES_MAX, len(lines))
    while number < last:
        line = _seen(lines[number])
        name, value = block.read(line)
        if name == "from" and name in block.fields and ("@" not in value or "to" not in block.fields):
            name = "to" if "@" in value else ""  # "Da" is the sender in Italian, the recipient in Breton
        if not line:
            if block.ends_at_blank():
                break
            block.blanks += 1
        elif name and name not in block.fields:
            block.take(name, value, number)
        elif not name and block.fills(line):
            block.add(line, number)
        else:
            reach = 0 if name else _next_label(lines, number, last, block)
            if not reach and not (block.lists_on(line) and not name):
                break
            reach = reach or number + 1
            block.run_on([_seen(each) for each in lines[number:reach]], reach - 1)
            number = reach - 1
        number += 1
    return block.found(fewest, at)


class _Block:
    """The fields read so far, and the style in which this program writes them."""

    def __init__(self, loose: bool) -> None:
        self.loose = loose
        self.bare = False  # labels without colons
        self.spaced = False  # a blank line below every field
        self.fields: dict[str, str] = {}
        self.last, self.blanks, self.end = "", 0, 0
        self.unknown = ""  # the value below a mark whose label no table knows

    def read(self, line: str) -> tuple[str, str]:
        """The field that the line names, in the style of this block."""
        name, value = _labelled(line)
        if name or not self.loose or (self.fields and not self.bare):
            return name, value
        name, value = _unpunctuated(line)
        self.bare = self.bare or bool(name)
        if not name and not self.fields and not self.unknown:
            self.unknown = _value_of_unknown(line)
        return name, value

    def take(self, name: str, value: str, number: int) -> None:
        self.spaced = self.spaced or (len(self.fields) == 1 and self.blanks == 1)
        self.fields[name], self.last, self.blanks, self.end = value[:VALUE_MAX], name, 0, number + 1

    def fills(self, line: str) -> bool:
        """Whether the line is the value below its label (Apple's HTML), or the first one and its label unknown."""
        if not self.fields:
            return bool(self.unknown) and line.endswith(self.unknown)
        return not self.fields[self.last] and not self.blanks

    def add(self, line: str, number: int) -> None:
        if self.fields:
            self.fields[self.last] = line[:VALUE_MAX]
            self.end = number + 1

    def lists_on(self, line: str) -> bool:
        """Whether the line goes on with a list of recipients that ends the block."""
        if self.last not in ("to", "cc", "from") or self.blanks:
            return False
        value = self.fields[self.last]
        listed = "@" in line and line.endswith((">", ",", ";"))
        return listed or value.endswith((",", ";", "、")) or line.startswith("<")

    def run_on(self, more: Sequence[str], number: int) -> None:
        """Lines between two fields: the rest of a long value, or fields that no table knows."""
        if self.fields and not self.blanks and not _names_a_field(more[0]):
            self.fields[self.last] = " ".join((self.fields[self.last], *more)).strip()[:VALUE_MAX]
        elif _WHEN.search(more[0]) and "@" not in more[0] and "date" not in self.fields:
            self.fields["date"] = _value(more[0].replace("：", ":").partition(":")[2])
        self.blanks, self.end = 0, number + 1

    def ends_at_blank(self) -> bool:
        if not self.fields:
            return self.blanks >= BLANKS_ABOVE
        may_go_on = self.spaced or len(self.fields) == 1 or (self.bare and not self.fields[self.last])
        return self.blanks >= 1 or not may_go_on

    def found(self, fewest: int, at: int) -> tuple[dict[str, str], int]:
        fields = self.fields
        if "from" not in fields and self.unknown and {"to", "subject"} <= set(fields):
            fields = {"from": self.unknown, **fields}
        return (fields, self.end) if "from" in fields and len(fields) >= fewest else ({}, at)


def _seen(line: str) -> str:
    return _UNSEEN.sub("", line[: LINE_MAX * 2]).strip()


def _labelled(line: str) -> tuple[str, str]:
    """('from', 'Jane <jane@example.com>') for a line of a header block; ('', '') otherwise."""
    text = _UNSEEN.sub("", line[: LINE_MAX * 2]).strip().lstrip("|*_>• ")
    head = text[:LABEL_MAX].replace("：", ":")
    before, colon, _ = head.partition(":")
    name = marks.label(before) if colon else ""
    return (name, _value(text[len(before) + 1 :])) if name else ("", "")


def _unpunctuated(line: str) -> tuple[str, str]:
    """The same where a table's borders or spaces stand for the colon (NetEase, eM Client, Notes)."""
    text = line.strip().strip("|").replace("|", " ", 1) if "|" in line else line.strip()
    words = text[: LABEL_MAX * 2].split()
    for count in range(min(_LABEL_WORDS, len(words)), 0, -1):
        label = " ".join(words[:count])
        name = marks.label(label)
        if name:
            rest = text.split(maxsplit=count)[count:]
            return name, _value(rest[0] if rest else "")
    return "", ""


def _value(text: str) -> str:
    return _UNSEEN.sub("", text).replace("**", "").strip(" \t*|\u3000")


def _value_of_unknown(line: str) -> str:
    """What stands behind a label that no table knows, if it is an address."""
    label, colon, value = line[:LINE_MAX].replace("：", ":").partition(":")
    return value.strip() if colon and len(label) <= LABEL_MAX and value.count("@") == 1 and "@" not in label else ""


def _names_a_field(line: str) -> bool:
    """Whether a line looks like a field that the table does not know: "Importance: High"."""
    label, colon, _ = line.replace("：", ":").partition(":")
    return bool(colon) and len(label) <= LABEL_MAX and len(label.split()) <= _LABEL_WORDS and "@" not in label


def _next_label(lines: Sequence[str], at: int, last: int, block: _Block) -> int:
    """The line on which the block goes on with a new field, if the lines up to it stand without a gap; 0 where none."""
    if not block.fields:
        return 0
    for number in range(at + 1, last):
        line = _seen(lines[number])
        name = block.read(line)[0]
        if not line or name:
            return number if name and name not in block.fields else 0
    return 0


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


def _long_mark(lines: Sequence[str], at: int, line: str) -> tuple[str, int]:
    """A mark that names who forwards; a program may have broken it in two."""
    if _RULE.search(line[-4:]) or _AFTER_ADDRESS.search(line):
        return "forward", at + 1
    following = _seen(lines[at + 1])[:_SEPARATOR_MAX] if at + 1 < len(lines) else ""
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
    rest = _RULE.split(said[:VALUE_MAX])[-1]
    return [line for piece in _AFTER_ADDRESS.split(rest) for line in _GLUED_SUBJECT.split(piece, maxsplit=1) if line]


def _closed(lines: Sequence[str], end: int, said: str) -> int:
    """Where the block ends for programs that draw their mark a second time below it (Zoho, The Bat!)."""
    for number in range(end, min(end + 3, len(lines))):
        line = _seen(unquoted(lines[number]))
        if line == said or _CUT_TEXT.match(line) or is_closing_rule(line):
            return number + 1
        if line:
            break
    return end
