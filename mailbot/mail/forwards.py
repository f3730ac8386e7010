"""Decides whether a mail is a forward, what the forwarder said, and whose mail is inside.

Must never guess an address: a block that shows only a name gives "". Must never take a reply that quotes for a forward,
nor the words of the mail inside for the forwarder's. Several forwards deep, the innermost mail is the original; whose
of the `layers` is the customer, the caller decides, who knows the staff: what an outsider wrote must not name anybody.
Attached mails are RFC 2046 5.2.1; marks, blocks and attributions are in `boundaries`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from mailbot.mail import header_blocks, printed, quotes, subjects
from mailbot.mail.boundaries import Boundary, boundary, header_fields, is_quoted, unquoted
from mailbot.mail.enclosed import enclosed
from mailbot.mail.model import Forward, Message, Original
from mailbot.mail.printed import Who

DEPTH_MAX = 10
TEXT_MAX = 200_000  # a forward begins near the top; what stands below is looked at no further
LINES_MAX = 2_000  # of them that a forward, or the one inside it, may begin on: a long thread has some hundred
SENDER_MAX = 200  # characters of a line that holds a sender and nothing else
NO_ADDRESS = "no address could be read for the original sender"
_NOBODY = re.compile(r"^(no|do|donot)[-_.]?(not[-_.]?)?reply", re.IGNORECASE)
_GROUPWISE = re.compile(r">>> [^<>@]{0,100}<?[^<>@\s]{1,64}@[^<>@\s]{1,255}>? [\d/.: APM]{8,30} ?>>>")
_Accept = Callable[[Boundary], bool]


@dataclass(frozen=True, slots=True)
class _Layer:
    """One forward unwrapped: what its forwarder wrote round it, and the mail inside."""

    note: str
    original: Original
    evidence: tuple[str, ...]


def forward(message: Message) -> Forward | None:
    """The forward that this mail is, or None."""
    text = message.text[:TEXT_MAX]
    kind = _kind(message.subject, text)
    inside = enclosed(message)
    found = _inline(text, _accepts(message, kind), kind, subjects.without_prefix(message.subject))
    if found:
        attached = tuple(_as_original(each) for each in inside)
        whole = _innermost(found, message.subject)
        return replace(whole, layers=(*whole.layers, *attached)[: DEPTH_MAX * 2])
    return _attached(message, inside) if inside and kind != subjects.REPLY else None


def _kind(subject: str, text: str) -> str:
    kind = subjects.kind(subject)
    if kind != subjects.EITHER:
        return kind
    return subjects.REPLY if "lähettäjä" in text.casefold() else subjects.FORWARD


def _accepts(message: Message, kind: str) -> _Accept:
    """Which boundary makes this mail a forward: its own mark does, a bare block where the mail is no answer to it."""
    to = {each.key for each in message.to}

    def accept(found: Boundary) -> bool:
        if found.kind == "forward" or kind == subjects.FORWARD:
            return True
        if kind == subjects.REPLY or found.kind == "attribution":
            return False
        sender = printed.in_field(found.fields.get("from", "")).address.casefold()
        if message.references:  # an answer goes to the sender of what it quotes
            return bool(to) and bool(sender) and sender not in to
        return sender not in to

    return accept


def _passed_on(kind: str) -> _Accept:
    """The same for a mail inside, of which only subject and words are known."""
    return lambda found: found.kind == "forward" or kind == subjects.FORWARD


def _inline(text: str, accept: _Accept, kind: str, subject: str = "") -> _Layer | None:
    """The first boundary in the text, if it introduces a forwarded mail."""
    lines = text.split("\n")
    for at, line in enumerate(lines[:LINES_MAX]):
        if kind == subjects.FORWARD and _GROUPWISE.fullmatch(line.strip()):
            return _layer(lines, Boundary("attribution", at, at + 1, line.strip(" >")), subject)
        if is_quoted(line):
            if line.strip(" >"):
                return None if kind == subjects.REPLY else _quoted_forward(lines, at, accept, subject)
            continue
        found = boundary(lines, at)
        if found is None or not (found.sure or _quote_below(lines, found)):
            continue
        return _layer(lines, found, subject) if found.kind != "ours" and accept(found) else None
    return _short_block(lines, subject) if kind == subjects.FORWARD else None


def _short_block(lines: Sequence[str], subject: str) -> _Layer | None:
    """A block of two fields; it counts below a subject that says forward, if an address stands in it."""
    for at in range(min(len(lines), LINES_MAX)):
        found = header_blocks.header_block(lines, at, fewest=2)
        if found and printed.in_field(found.fields["from"]).address:
            return _layer(lines, found, subject)
    return None


def _quoted_forward(lines: Sequence[str], at: int, accept: _Accept, subject: str) -> _Layer | None:
    """A forward whose every line, the mark too, carries a quote mark (the plain text of Apple, Orange and IONOS)."""
    inside, below = _taken_apart(lines[at:])
    first = next((number for number, line in enumerate(inside) if line.strip()), None)
    found = None if first is None else boundary(inside, first)  # None: below the marks stand tabs and no word
    if found is None or found.kind == "ours" or not accept(found):
        return None
    layer = _layer(inside, found, subject)
    return replace(layer, note=_words(lines[:at], below))


def _quote_below(lines: Sequence[str], found: Boundary) -> bool:
    return any(is_quoted(line) for line in lines[found.end : found.end + 3])


def _layer(lines: Sequence[str], found: Boundary, subject: str) -> _Layer:
    """What the boundary introduces, read by its fields."""
    body, below = _body(lines, found)
    fields, who = dict(found.fields), Who("", "")
    if found.kind == "attribution":
        who = printed.in_attribution(found.said)
    elif fields:
        who = printed.in_field(fields["from"])
    else:
        fields, who, body = _below_a_bare_mark(body)
    if not who.address or _NOBODY.match(who.address):
        who = replace(who, address=printed.in_field(fields.get("reply-to", "")).address or who.address)
    title, body = _whole_subject(fields.get("subject", ""), body, subject)
    date = fields.get("date", "") or who.date
    original = Original(who.address, who.name, date, title, "\n".join(body).strip("\n"))
    evidence = tuple(filter(None, (found.said.strip()[:200], "" if who.address else who.doubt)))
    return _Layer(_words(lines[: found.start], below), original, evidence)


def _below_a_bare_mark(body: list[str]) -> tuple[dict[str, str], Who, list[str]]:
    """Fields further down, or a line that names the sender otherwise: "01.05.2026, 10:00, Jane <jane@example.com>:"."""
    fields, end = header_fields(body, 0, fewest=2)
    if fields:
        return fields, printed.in_field(fields["from"]), body[end:]
    first = next((number for number, line in enumerate(body) if line.strip()), len(body))
    found = boundary(body, first) if first < len(body) else None
    if found and found.kind == "attribution":
        return {}, printed.in_attribution(found.said), body[found.end :]
    return _unlabelled(body, first) or ({}, Who("", ""), body)


def _unlabelled(body: list[str], first: int) -> tuple[dict[str, str], Who, list[str]] | None:
    """Notes prints sender and date without labels, and those of the other fields without colons."""
    line = body[first].strip() if first < len(body) else ""
    if line.count("@") != 1 or len(line) > SENDER_MAX:
        return None
    for skip in (1, 2, 3):
        fields, end = header_fields([f"From {line}", *body[first + skip :]], 0, fewest=2, loose=True)
        if fields:
            who = printed.in_attribution(line)
            date = " ".join(body[first + 1 : first + skip]).strip()
            return {"date": date, **fields}, who, body[first + skip + end - 1 :]
    return None


def _body(lines: Sequence[str], found: Boundary) -> tuple[list[str], list[str]]:
    """The lines of the mail inside, and those of the forwarder's below or between them."""
    head = lines[found.start + 1 : found.end] if found.kind in ("forward", "original") else []
    rest = list(lines[found.end :])
    said = [line for line in rest if line.strip()]
    marked = any(is_quoted(line) for line in head) or (
        bool(said) and is_quoted(said[0]) and (found.kind == "attribution" or all(map(is_quoted, said)))
    )
    if marked:
        inside, below = _taken_apart(rest)
        if any(line.strip() for line in inside):
            return inside, below
    end = max((number for number, line in enumerate(rest) if header_blocks.is_end(line)), default=len(rest))
    if end == len(rest) and said and header_blocks.is_closing_rule(said[-1]):
        end = max(number for number, line in enumerate(rest) if line.strip())
    below = rest[end + 1 :]
    if header_blocks.draws_an_end(found.said):
        return rest[:end], below
    # Whoever wrote the mail could have drawn the line: what stands below it is not taken for the forwarder's words.
    return (rest, []) if _words([], below) else (rest[:end], [])


def _taken_apart(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """Lines that carry a quote mark, with one taken off, and the words that somebody wrote below or between them."""
    last = max((number for number, line in enumerate(lines) if is_quoted(line)), default=-1)
    inside: list[str] = []
    below: list[str] = []
    for number, line in enumerate(lines):
        broken = 0 < number < last and is_quoted(lines[number - 1]) and is_quoted(lines[number + 1])
        if is_quoted(line) or (number < last and (broken or not line.strip())):
            inside.append(unquoted(line))
        else:
            below.append(line)
    return inside, below


def _words(above: Sequence[str], below: Sequence[str]) -> str:
    """The forwarder's own words, without quotes and signature."""
    said = (quotes.split("\n".join(lines)).new.strip() for lines in (above, below))
    return "\n\n".join(filter(None, said))


def _whole_subject(read: str, body: list[str], subject: str) -> tuple[str, list[str]]:
    """The subject of the mail inside: the outer one shows which line a program broke off from it, or left unread."""
    following = body[0].strip() if body else ""
    if read and following and _same(f"{read} {following}", subject):
        return f"{read} {following}", body[1:]
    value = following.replace("：", ":").partition(":")[2]
    return (value.strip(), body[1:]) if not read and subject and _same(value, subject) else (read, body)


def _same(one: str, other: str) -> bool:
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()


def _innermost(outer: _Layer, subject: str) -> Forward:
    """Unwrap as long as the mail inside is a forward itself; the thread below that gives layers alone."""
    original = outer.original
    if not original.subject:
        original = replace(original, subject=subjects.without_prefix(subject))
    evidence, layers, depth, forwarded = [*outer.evidence], [original], 1, True
    while len(layers) < DEPTH_MAX:
        last = layers[-1]
        kind = subjects.kind(last.subject) or subjects.REPLY
        inner = _inline(last.text, _passed_on(kind), kind) if forwarded else None
        forwarded = inner is not None
        inner = inner or _inline(last.text, lambda found: True, "")
        if inner is None:
            break
        layers.append(inner.original)
        if forwarded:
            original, depth = inner.original, depth + 1
            evidence += inner.evidence
    if len(layers) == DEPTH_MAX:
        evidence.append(f"unwrapped {DEPTH_MAX} times, there may be more inside")
    if not original.address:
        evidence.append(NO_ADDRESS)
    return Forward(outer.note, original, depth, tuple(evidence), tuple(layers))


def _attached(message: Message, inside: Sequence[Message]) -> Forward:
    """A mail forwarded as an attachment; several of one sender are one forward, of several senders a question."""
    note = quotes.split(message.text).new.strip()
    first = _opened(inside[0])
    told = ["a mail is attached (message/rfc822)"]
    beside = tuple(_opened(each).layers[0] for each in inside[1:])
    if not beside:
        return replace(first, note=note, evidence=(*told, *first.evidence))
    told.append(f"{len(inside)} mails are attached; the first was taken")
    if {each.address.casefold() for each in beside} == {first.layers[0].address.casefold()}:
        return replace(first, note=note, evidence=(*told, *first.evidence))
    told[-1] = f"{len(inside)} mails of different senders are attached"
    nobody = replace(first.original, address="", name="")
    return Forward(note, nobody, first.depth, (*told, *first.evidence, NO_ADDRESS), first.layers, beside)


def _opened(attached: Message) -> Forward:
    """An attached mail, unwrapped where it only passes on another."""
    depth, layers = 1, [_as_original(attached)]
    while attached.attached and depth < DEPTH_MAX and _is_cover(attached):
        attached, depth = attached.attached[0], depth + 1
        layers.append(_as_original(attached))
    kind = subjects.kind(attached.subject) or subjects.REPLY
    inner = _inline(attached.text[:TEXT_MAX], _passed_on(kind), kind, subjects.without_prefix(attached.subject))
    if inner:
        nested = _innermost(inner, attached.subject)
        return replace(nested, depth=nested.depth + depth, layers=(*layers, *nested.layers))
    thread = _inline(attached.text[:TEXT_MAX], lambda found: True, "")
    quoted = _innermost(thread, "").layers if thread else ()
    return Forward("", layers[-1], depth, () if layers[-1].address else (NO_ADDRESS,), (*layers, *quoted))


def _is_cover(message: Message) -> bool:
    return subjects.kind(message.subject) == subjects.FORWARD or not message.text.strip()


def _as_original(attached: Message) -> Original:
    """The attached mail; '' for its address where its From names several."""
    sender = attached.sender if attached.from_count <= 1 else None
    return Original(
        address=sender.address if sender else "",
        name=sender.name if sender else "",
        date=attached.header("date"),
        subject=attached.subject,
        text=attached.text,
    )
