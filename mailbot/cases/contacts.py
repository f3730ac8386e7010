"""The customer whom staff name in a note of their own, and the note without it: "voucher 20 Anna Smith, anna@…".

An address, a telephone number or a postal address is found by its shape; a name only behind a label ("Client: …") or
right beside one of those, where nothing else stands but a command. Never guessed from prose, never the desk, a
colleague or a store, never out of the signature below the note. Labels: rules/form.yaml, rules/categories.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mailbot.cases import contact_words
from mailbot.cases.contact_words import Words, name_in
from mailbot.cases.phrases import plain
from mailbot.cases.recognised import shown_name
from mailbot.process.model import Process

_MOST_TEXT = 20_000  # characters of a note looked through
_MOST_LINES = 200
_LONGEST_LINE = 400
_ADDRESS = re.compile(r"[A-Za-z0-9._%+\-']{1,64}@[A-Za-z0-9.\-]{1,190}[A-Za-z0-9]")
_PHONE = re.compile(r"(?<![\w.@+£€$])(?:\+|00)?\(?\d(?:[ \t().\-]{0,3}\d){6,14}(?![\w@:/]|[ \t.\-]?\d)")
_DAY = re.compile(r"\b\d{1,2}[.\-]\d{1,2}[.\-]\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b")
_DIGITS = (10, 15)  # of a telephone number that nothing else marks as one
_FEWEST_LABELLED = 6
# A British postcode; of other countries a postal address needs its label.
_POSTCODE = re.compile(r"(?<!\w)[A-Z]{1,2}\d[A-Z\d]?\s{0,2}\d[A-Z]{2}(?!\w)", re.IGNORECASE)
_LABEL = re.compile(r"^[\s*_•·\-]{0,6}([^:：,;@\d]{2,40}?)\s{0,3}[:：]\s{0,8}")
_SEGMENT = re.compile(r"[^,;|<>\t]+")
_MOST_SEGMENTS = 5  # of a postal address on one line
_MOST_ABOVE = 3  # lines of a postal address above the one with its postcode
_AROUND = " \t,;:|<>()[]\"'*–—-"

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Contact:
    """Who was named. postal: a postal address, as it was written."""

    name: str = ""
    address: str = ""
    phone: str = ""
    postal: str = ""

    @property
    def enough(self) -> bool:
        """Whether a case can be opened for them: they can be reached, and by their name where it is not by email."""
        return bool(self.address or (self.name and (self.phone or self.postal)))


@dataclass(slots=True)
class _Line:
    """One line of the note and what of it is the customer's, by where it stands."""

    text: str
    addresses: list[tuple[Span, str]] = field(default_factory=list)
    phones: list[tuple[Span, str]] = field(default_factory=list)
    postal: Span | None = None
    label: Span | None = None  # the label that begins it
    name: tuple[Span, str] | None = None

    @property
    def found(self) -> list[Span]:
        """Where it says how the customer is reached, in order."""
        spans = [span for span, _ in (*self.addresses, *self.phones)]
        return sorted([*spans, self.postal] if self.postal else spans)

    def rest(self, words: Words) -> Iterator[str]:
        """The line without the customer, in pieces."""
        cuts = sorted([*self.found, *([self.name[0]] if self.name else []), *([self.label] if self.label else [])])
        at = 0
        for start, end in (*cuts, (len(self.text), len(self.text))):
            piece = self.text[at:start].strip(_AROUND) if cuts else self.text[at:start]
            yield words.without_lead(piece) if start < len(self.text) else piece
            at = max(at, end)


def contact_in(text: str, process: Process, desk: str = "") -> Contact:
    """The customer named in a note; an empty Contact where nobody is, or two could be.

    Args:
        desk: the desk's own address, which is nobody's.
    """
    return apart(text, process, desk)[0]


def is_of_the_house(name: str, process: Process) -> bool:
    """Whether a colleague or a store is called so."""
    return plain(name).strip() in contact_words.gather(process, "").house


def apart(text: str, process: Process, desk: str = "") -> tuple[Contact, str]:
    """The customer named in a note, and the note without them: its first line is then the command alone."""
    words = contact_words.gather(process, desk)
    told = text[:_MOST_TEXT].split("\n")
    end = _note_ends(told, words)
    lines = [_read(line[:_LONGEST_LINE], words) for line in told[:end]]
    _postal_above(lines)
    _name(lines, words)
    contact = _contact(lines, words)
    if not (contact.address or contact.phone or contact.postal):
        return Contact(), text
    rest = (piece for line in lines for piece in line.rest(words) if piece or not (line.found or line.name))
    return contact, "\n".join((*rest, *told[end:])).strip("\n")


def _note_ends(lines: Sequence[str], words: Words) -> int:
    """How many lines there are before the signature; thanks at the very top are none."""
    begun = False
    for number, line in enumerate(lines[:_MOST_LINES]):
        said = plain(line[:_LONGEST_LINE]).strip(" ,.!*_-–—")
        if begun and said in words.below:
            return number
        begun = begun or bool(said)
    return min(len(lines), _MOST_LINES)


def _read(text: str, words: Words) -> _Line:
    """What one line says of how the customer is reached."""
    line = _Line(text)
    named = _LABEL.match(text)
    of = words.label_of(named[1]) if named else ""
    line.addresses = [
        (hit.span(), hit.group()) for hit in _ADDRESS.finditer(text) if words.is_outside(hit.group().casefold())
    ]
    fewest = _FEWEST_LABELLED if of == "phone" else _DIGITS[0]
    line.phones = [] if of == "ticket" else list(_phones(text, fewest, words))
    if named and of:
        line.label = named.span()
        if of == "name":
            line.name = _labelled(line, named.end())
        elif of == "place" and any(map(str.isdigit, text[named.end() :])):
            line.postal, line.phones = (named.end(), len(text)), []
    if line.postal is None:
        line.postal = _postal(text, words)
        if line.postal:
            line.phones = [(span, said) for span, said in line.phones if span[1] <= line.postal[0]]
    if line.label and not line.found and not line.name:
        line.label = None  # a label of something else: it stays in the note
    return line


def _phones(text: str, fewest: int, words: Words) -> Iterator[tuple[Span, str]]:
    for hit in _PHONE.finditer(_ADDRESS.sub(lambda found: "@" * len(found.group()), text)):
        said = hit.group() if ")" in hit.group() else hit.group().lstrip("(")
        digits = contact_words.digits(said)
        sure = fewest == _FEWEST_LABELLED or said.lstrip("(").startswith(("+", "0"))
        other = _DAY.search(said) or digits in words.phones or words.ends_with_ticket(text[: hit.start()])
        if sure and fewest <= len(digits) <= _DIGITS[1] and not other:
            yield (hit.end() - len(said), hit.end()), said


def _labelled(line: _Line, at: int) -> tuple[Span, str] | None:
    """The name behind its label: all up to the next comma, in small letters too."""
    end = min((span[0] for span in line.found), default=len(line.text))
    hit = _SEGMENT.search(line.text, at, max(at, end))
    said = hit.group().strip(_AROUND) if hit else ""
    name = name_in(said, any_case=True)
    return ((hit.start(), hit.end()), name) if hit and name else None


def _postal(text: str, words: Words) -> Span | None:
    """A postal address on one line: from its house number to its postcode."""
    code = next((hit for hit in _POSTCODE.finditer(text) if not words.is_store(hit.group())), None)
    if code is None:
        return None
    start = code.start()
    for hit in [hit for hit in _SEGMENT.finditer(text) if hit.start() < code.start()][::-1][:_MOST_SEGMENTS]:
        said = hit.group().strip()
        if words.begins_with_command(said) or (start < code.start() and not any(map(str.isdigit, said))):
            break
        if said[:1].isdigit() or start < code.start():
            start = hit.start() + len(hit.group()) - len(hit.group().lstrip())
    return start, code.end()


def _postal_above(lines: Sequence[_Line]) -> None:
    """The lines of a postal address above the one with its postcode, up to the house number."""
    for at, line in enumerate(lines):
        if not line.postal or line.label or line.text[line.postal[0] : line.postal[0] + 1].isdigit():
            continue
        above = range(at - 1, max(-1, at - 1 - _MOST_ABOVE), -1)
        house = next((n for n in above if lines[n].text.strip()[:1].isdigit() and not lines[n].found), None)
        if house is not None:
            for number in range(house, at):
                lines[number].postal = (0, len(lines[number].text))
            line.postal = (0, line.postal[1])


def _name(lines: Sequence[_Line], words: Words) -> None:
    """Find the name, where no label gave it: beside what was found, or alone on the line above."""
    if any(line.name for line in lines):
        return
    at = next((number for number, line in enumerate(lines) if line.found), None)
    if at is None:
        return
    line, first = lines[at], lines[at].found[0]
    before = line.text[: first[0]] if not line.label else ""
    line.name = _before(before, words) or _behind(line, words)
    above = next((number for number in range(at - 1, -1, -1) if lines[number].text.strip()), None)
    if line.name is None and not before.strip(_AROUND) and above is not None:
        said = lines[above].text
        found = _before(said, words)
        if found and " " in found[1]:
            lines[above].name = found


def _before(said: str, words: Words) -> tuple[Span, str] | None:
    """The name at the end of some words, where the words before it are commands or lead up to it."""
    segments = [hit for hit in re.finditer(r"[^,;|<>()\t:：]+", said) if hit.group().strip(_AROUND)]
    told = (hit for hit in reversed(segments) if words.skip(hit.group()) < len(hit.group().rstrip(_AROUND)))
    last = next(told, None)
    if last is None:
        return None
    if said[: last.start()].rstrip()[-1:] in (":", "：") and not words.may_end(said[: last.start()]):
        return None  # "Garment: Green Dress, anna@…"
    skipped = words.skip(last.group())
    name = name_in(last.group()[skipped:])
    if not name or plain(name) in words.house:
        return None
    start = last.start() + skipped
    return (start, last.end()), name


def _behind(line: _Line, words: Words) -> tuple[Span, str] | None:
    """The name in brackets behind the address, or right behind it with nothing between."""
    end = line.found[0][1]
    hit = re.match(r"[ >]{0,3}\(([^()]{2,60})\)|[ >]{1,3}([^,;|<>()\t:：]{2,60})", line.text[end:])
    if hit is None:
        return None
    group = 1 if hit[1] else 2
    name = name_in(hit[group])
    if not name or plain(name) in words.house or (group == 2 and " " not in name):
        return None
    return (end + hit.start(group), end + hit.end(group)), name


def _contact(lines: Sequence[_Line], words: Words) -> Contact:
    addresses = {said.casefold(): said for line in lines for _, said in line.addresses}
    outside = [said for key, said in addresses.items() if not key.endswith(words.domain)] or list(addresses.values())
    if len(outside) > 1:
        return Contact()  # whose case it is, nobody can tell
    name = next((line.name[1] for line in lines if line.name), "")
    phones = (said for line in lines for _, said in line.phones)
    postal = (line.text[line.postal[0] : line.postal[1]].strip(_AROUND) for line in lines if line.postal)
    return Contact(
        name=shown_name(name),
        address=next(iter(outside), ""),
        phone=next(phones, ""),
        postal=", ".join(filter(None, postal)),
    )
