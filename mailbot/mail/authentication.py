"""Decides what our own mail server found about the From domain: pass, fail or none.

Must never trust a field that a sender could have written: only the topmost Authentication-Results field
counts, if it is ours, with those of ours right below it. Must never pass a mail with several From mailboxes.
Carries out RFC 8601 2.2 (field), 5 (whom to trust) and RFC 7489 3.1 (alignment) as DESIGN.md "Proof of a
staff command" says. ARC-Authentication-Results (RFC 8617) is what others say, so it proves nothing and ends the run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from string import ascii_lowercase, ascii_uppercase

from mailbot.mail.headers import VALUE_MAX
from mailbot.mail.model import Message, Verdict

_FIELD = "authentication-results"
_WITHOUT_ID = "none"  # Microsoft 365 writes no authserv-id
_SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)  # domains fold in ASCII alone: ß is not ss (RFC 5890 2.3.2)


@dataclass(slots=True)
class Statement:
    """One `method=result` with its properties (`header.from` and the like), all lower case."""

    method: str
    result: str
    properties: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Results:
    """One Authentication-Results field as read; authserv_id '' where it has none."""

    authserv_id: str
    statements: tuple[Statement, ...]

    def of(self, method: str) -> list[Statement]:
        return [each for each in self.statements if each.method == method]


def verdict(message: Message, authserv_id: str) -> Verdict:
    """Whether our server vouches for the From address of the mail."""
    if not authserv_id:
        return Verdict("none", "no authserv_id is set")
    run = _trusted_run(message, authserv_id.translate(_SMALL))
    if not run:
        return Verdict("none", "no Authentication-Results of our own server on top")
    dmarc = next((found[0] for each in run if (found := each.of("dmarc"))), None)
    if dmarc and dmarc.result == "fail":
        return Verdict("fail", "dmarc=fail")
    if message.sender is None or message.from_count != 1:
        return Verdict("none", f"{message.from_count} mailboxes in From prove nobody")
    if not message.sender.address.isascii():
        # Folding case makes one of what are two domains: straße.example is nobody at strasse.example (RFC 5891 4).
        return Verdict("none", "a From address beyond ASCII proves nobody")
    return _proof(run, dmarc, message.sender.domain)


def parse(value: str) -> Results:
    """Read one field, tolerant of comments, quoted strings, versions and a trailing ';'."""
    segments = _segments(value)
    first = segments[0]
    if not first:
        return Results("", ())  # nothing before the first ';': neither an id nor a statement stands where it must
    has_id = "=" not in first[1:2]
    statements = [_statement(tokens) for tokens in (segments[1:] if has_id else segments)]
    return Results(first[0] if has_id and first else "", tuple(each for each in statements if each))


def _trusted_run(message: Message, wanted: str) -> list[Results]:
    """Our fields on top: the topmost of all, and ours directly below it with no other field between."""
    run: list[Results] = []
    for name, value in message.headers:
        if name != _FIELD:
            if run:
                break
            continue
        if len(value) >= VALUE_MAX:
            break  # cut short: what it would have said after the cut could change its meaning
        found = parse(value)
        if found.authserv_id != ("" if wanted == _WITHOUT_ID else wanted):
            break
        run.append(found)
        if wanted == _WITHOUT_ID:
            break  # without an id, a second field could be anybody's
    return run


def _proof(run: list[Results], dmarc: Statement | None, domain: str) -> Verdict:
    """The verdict from what the run says of a single From mailbox at the domain."""
    if dmarc and dmarc.result != "none":
        named = dmarc.properties.get("header.from", "")
        if dmarc.result == "pass" and (not named or _covers(named, domain)):
            return Verdict("pass", f"dmarc=pass for {named or domain}")
        return Verdict("none", f"dmarc={dmarc.result} header.from={named}")
    for method, keys in (("dkim", ("header.d", "header.i")), ("spf", ("smtp.mailfrom",))):
        spoken = next((found for each in run if (found := each.of(method))), [])
        for statement in spoken:
            signer = next((statement.properties[key] for key in keys if key in statement.properties), "")
            if statement.result == "pass" and _covers(_domain(signer), domain):
                return Verdict("pass", f"{method}=pass for {_domain(signer)}")
    return Verdict("none", "nothing passed for the From domain")


def _covers(named: str, domain: str) -> bool:
    """Whether the named domain is the From domain or a parent of it."""
    named = named.strip(".")
    return "." in named and (domain == named or domain.endswith("." + named))


def _domain(value: str) -> str:
    return value.strip("<>").rpartition("@")[2]


def _statement(tokens: list[str]) -> Statement | None:
    """`method [/version] = result {ptype.property = value}`; words between (action=none, reason) are passed over."""
    pairs = [(tokens[at - 1], tokens[at + 1]) for at in range(1, len(tokens) - 1) if tokens[at] == "="]
    if not pairs:
        return None
    method, result = pairs[0]
    properties: dict[str, str] = {}
    for key, value in pairs[1:]:
        properties.setdefault(key, value)
    return Statement(method.partition("/")[0], result, properties)


def _segments(value: str) -> list[list[str]]:
    """The field cut at ';' outside comments and quoted strings, each segment as words and '='.

    A '=' inside a value belongs to it: the envelope sender `blanc.com=x@evil.example` must not read as blanc.com.
    """
    segments: list[list[str]] = [[]]
    word, depth, quoted, escaped = "", 0, False, False
    for character in value.translate(_SMALL) + ";":
        if escaped:
            word += character if not depth else ""
            escaped = False
        elif character == "\\" and (quoted or depth):
            escaped = True
        elif depth or (character == "(" and not quoted):
            depth += (character == "(") - (character == ")")
        elif character == '"':
            quoted = not quoted
        elif quoted or character not in " \t;=" or (character == "=" and segments[-1][-1:] == ["="]):
            word += character
        else:
            segments[-1] += [word] if word else []
            word = ""
            if character == "=":
                segments[-1].append("=")
            elif character == ";":
                segments.append([])
    return segments[:1] + [tokens for tokens in segments[1:] if tokens]
