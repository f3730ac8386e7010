"""Decides what the fields of a printed header block say: "From: … Sent: … To: … Subject: …", in its program's style.

What a block says is taken from the lines that stand together: words below a blank line are the mail's own and name no
field, for whoever wrote them could name anybody. Looks at few, short lines at a time: linear. The words are the tables
in `marks`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailbot.mail import marks

LINE_MAX = 1_000
BLOCK_LINES_MAX = 40  # a block with a long list of recipients
VALUE_MAX = 2_000
LABEL_MAX = 40
BLANKS_ABOVE = 3  # blank lines between the mark and its block
_LABEL_WORDS = 3  # of a label without a colon: "Envoyé le"
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_WHEN = re.compile(r"(?<!\d)20\d\d(?!\d)|\d{1,2}[:.時]\d{2}")


def header_fields(lines: Sequence[str], at: int, fewest: int, *, loose: bool = False) -> tuple[dict[str, str], int]:
    """Fields of the header block that begins at or just below the line, and where it ends; ({}, at) where none does.

    loose: below a mark, labels need no colon ("| From | Jane |"), and one that no table knows can be the sender's.
    """
    block = _Block(loose)
    number, last = at, min(at + BLOCK_LINES_MAX, len(lines))
    while number < last:
        line = seen(lines[number])
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
            block.run_on([seen(each) for each in lines[number:reach]], reach - 1)
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
        name, value = labelled(line)
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


def seen(line: str) -> str:
    begin = line[: LINE_MAX * 2]
    return (begin if begin.isascii() else _UNSEEN.sub("", begin)).strip()


def labelled(line: str) -> tuple[str, str]:
    """('from', 'Jane <jane@example.com>') for a line of a header block; ('', '') otherwise."""
    text = seen(line).lstrip("|*_>• ")
    before, colon, _ = text[:LABEL_MAX].replace("：", ":").partition(":")
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
        line = seen(lines[number])
        name = block.read(line)[0]
        if not line or name:
            return number if name and name not in block.fields else 0
    return 0
