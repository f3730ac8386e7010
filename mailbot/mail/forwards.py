"""Decides whether a mail is a forward, what the forwarder said, and whose mail is inside.

Must never guess an address: a block that shows only a name gives "". Must never take a reply that quotes
for a forward. Several forwards deep, the innermost mail is the original; whose of the `layers` is the customer,
the caller decides, who knows the staff.
Attached mails are RFC 2046 5.2.1; inline marks are the table in `boundaries`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailbot.mail import quotes
from mailbot.mail.boundaries import Boundary, boundary, header_fields, is_quoted, unquoted
from mailbot.mail.model import Forward, Message, Original

DEPTH_MAX = 10
TEXT_MAX = 200_000  # a forward begins near the top; what stands below is looked at no further
_FORWARD_WORDS = "fwd fw wg tr rv enc vb vs vl fs pd doorst dvs i̇lt ilt trs rtr redir 转发 轉寄 转 轉 fwd."
_REPLY_WORDS = "re aw sv antw ant ref rif res odp ynt vá bls atb 回复 回覆 答复 回 返信 r"
_FORWARD = frozenset(_FORWARD_WORDS.split())
_REPLY = frozenset(_REPLY_WORDS.split())
_TAG = re.compile(r"^\s{0,5}\[[^\[\]]{0,60}\]\s{0,5}")
_PREFIX = re.compile(r"^\s{0,5}([^\W\d_][\w.]{0,12}?)(?:\[\d{1,3}\]|\(\d{1,3}\))?\s{0,2}[:：]")
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_IN_BRACKETS = re.compile(r"[<\[(](?:mailto:)?\s?([^\s<>\[\]()]{1,64}@[^\s<>\[\]()]{1,255})[>\])]", re.IGNORECASE)
_MAILTO = re.compile(r"[<\[]\s?mailto:[^<>\[\]]{0,330}[>\]]", re.IGNORECASE)
_NOBODY = re.compile(r"^(no|do|donot)[-_.]?(not[-_.]?)?reply", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Layer:
    """One forward unwrapped: what stood above the boundary, and the mail below it."""

    note: str
    original: Original
    evidence: str


def forward(message: Message) -> Forward | None:
    """The forward that this mail is, or None."""
    kind = _kind(message.subject)
    found = _inline(message.text[:TEXT_MAX], kind, answers=bool(message.references))
    if found:
        return _innermost(found, message.subject)
    if message.attached and kind != "reply":
        return _attached(message)
    return None


def _kind(subject: str) -> str:
    """forward, reply or '': what the first prefix of the subject says; tags like [EXTERNAL] are passed over."""
    rest = subject
    for _ in range(3):
        rest = _TAG.sub("", rest, count=1)
    found = _PREFIX.match(rest)
    word = found[1].casefold() if found else ""
    if word in _FORWARD or (found and found[1] == "I"):  # "I:" is Italian Outlook's inoltro
        return "forward"
    return "reply" if word in _REPLY else ""


def _inline(text: str, kind: str, answers: bool) -> _Layer | None:
    """The first boundary in the text, if it introduces a forwarded mail."""
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if is_quoted(line):
            if line.strip(" >"):
                return _quoted_forward(lines, at) if kind == "forward" else None  # else a reply
            continue
        found = boundary(lines, at)
        if found is None or not (found.sure or _quote_below(lines, found)):
            continue
        if found.kind == "ours":
            return None
        loose = kind == "forward" or (kind == "" and not answers and found.kind != "attribution")
        return _layer(lines, found) if found.kind == "forward" or loose else None
    return None


def _quoted_forward(lines: Sequence[str], at: int) -> _Layer | None:
    """A forward whose every line, the mark too, carries a quote mark (Apple's plain text)."""
    inside = [unquoted(line) for line in lines[at:]]
    first = next(number for number, line in enumerate(inside) if line.strip())
    found = boundary(inside, first)
    if found is None or found.kind not in ("forward", "original", "header"):
        return None
    return replace(_layer(inside, found), note=quotes.split("\n".join(lines[:at])).new.strip())


def _quote_below(lines: Sequence[str], found: Boundary) -> bool:
    return any(is_quoted(line) for line in lines[found.end : found.end + 3])


def _layer(lines: Sequence[str], found: Boundary) -> _Layer:
    """What the boundary introduces, read by its fields."""
    body = _dequoted(lines[found.end :])
    fields, start = dict(found.fields), 0
    if not fields and found.kind != "attribution":
        fields, start = header_fields(body, 0, fewest=2)
    who = fields.get("from", "") or (found.said if found.kind == "attribution" else "")
    address, name = _mailbox(who, named=found.kind != "attribution")
    if not address or _NOBODY.match(address):
        address = _mailbox(fields.get("reply-to", ""), named=True)[0] or address
    original = Original(
        address=address,
        name=name,
        date=fields.get("date", ""),
        subject=fields.get("subject", ""),
        text="\n".join(body[start:]).strip("\n"),
    )
    note = quotes.split("\n".join(lines[: found.start])).new.strip()
    return _Layer(note, original, found.said.strip()[:200])


def _dequoted(lines: Sequence[str]) -> list[str]:
    """The lines with one quote mark off, where most of them carry one (Apple, Thunderbird)."""
    said = [line for line in lines if line.strip()]
    marked = sum(1 for line in said if is_quoted(line))
    return [unquoted(line) for line in lines] if marked * 2 > len(said) else list(lines)


def _innermost(outer: _Layer, subject: str) -> Forward:
    """Unwrap as long as the mail inside is a forward itself."""
    evidence, layer, depth, layers = [outer.evidence], outer, 1, [outer.original]
    while depth < DEPTH_MAX:
        kind = _kind(layer.original.subject)
        inner = _inline(layer.original.text, kind or "reply", answers=True)
        if inner is None:
            break
        layer, depth = inner, depth + 1
        evidence.append(inner.evidence)
        layers.append(inner.original)
    if depth == DEPTH_MAX:
        evidence.append(f"unwrapped {DEPTH_MAX} times, there may be more inside")
    original = layer.original
    if not original.subject and depth == 1:
        original = replace(original, subject=_PREFIX.sub("", subject, count=1).strip())
        layers = [original]
    if not original.address:
        evidence.append("no address could be read for the original sender")
    return Forward(outer.note, original, depth, tuple(evidence), tuple(layers))


def _attached(message: Message) -> Forward:
    """A mail forwarded as an attachment; the first, where there are several."""
    first, depth = message.attached[0], 1
    layers = [_as_original(first)]
    evidence = ["a mail is attached (message/rfc822)"]
    if len(message.attached) > 1:
        evidence.append(f"{len(message.attached)} mails are attached; the first was taken")
    while first.attached and depth < DEPTH_MAX and (_kind(first.subject) == "forward" or not first.text.strip()):
        first, depth = first.attached[0], depth + 1
        layers.append(_as_original(first))
    inner = _inline(first.text[:TEXT_MAX], "forward", answers=True) if _kind(first.subject) == "forward" else None
    note = quotes.split(message.text).new.strip()
    if inner:
        nested = _innermost(inner, first.subject)
        told = (*evidence, *nested.evidence)
        return Forward(note, nested.original, nested.depth + depth, told, (*layers, *nested.layers))
    return Forward(note, layers[-1], depth, tuple(evidence), tuple(layers))


def _as_original(attached: Message) -> Original:
    return Original(
        address=attached.sender.address if attached.sender else "",
        name=attached.sender.name if attached.sender else "",
        date=attached.header("date"),
        subject=attached.subject,
        text=attached.text,
    )


def _mailbox(value: str, named: bool) -> tuple[str, str]:
    """(address, name) in a From line as mail programs print it; address '' unless exactly one can be meant."""
    bracketed = {each.casefold(): each for each in _IN_BRACKETS.findall(value) if _ADDRESS.fullmatch(each)}
    bare = {each.casefold(): each for each in _ADDRESS.findall(value)}
    chosen = bracketed if len(bracketed) == 1 else bare
    address = next(iter(chosen.values())) if len(chosen) == 1 else ""
    name = _MAILTO.sub("", value)
    for each in bare.values():
        name = name.replace(each, "")
    name = re.sub(r"[<\[(]\s{0,3}[>\])]", "", name).strip(" \t\"'<>;,*«»“”")
    return address, (name[:200] if named else "")
