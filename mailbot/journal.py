"""The journal: what is neither a mail nor a letter, written to the mailbox, so that state can be made again.

After the commit, once a cycle, one mail in Mailbot/Journal holds the cycle's lines as JSON, chained
by keyed hash: a changed, lost or invented mail breaks the chain (JournalBroken). Lines are
{"entry": …} a case's step, {"mail": …} a mail's fate, {"letter": …} a letter that had not left yet,
{"desk": …} the desk's own facts.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from mailbot.adapters.ledger import Commit, Ledger
from mailbot.adapters.ports import JOURNAL, Mailbox
from mailbot.errors import JournalBroken
from mailbot.letters.base64_lines import lines_of

_LINES_A_MAIL = 2_000  # keeps one journal mail to a few MB, well under any server's limit
HEAD = "journal_head"  # meta: {"n": …, "mac": …} of the newest journal mail
_UNFILED = ("queued", "sending", "in_doubt", "failed")


@dataclass(frozen=True, slots=True)
class Page:
    """One journal mail as read back: its number, its link to the one before, its lines."""

    n: int
    previous: str
    mac: str
    lines: tuple[dict[str, Any], ...]


def write(ledger: Ledger, mailbox: Mailbox, key: bytes, address: str, now: datetime) -> int:
    """Append what is not in the mailbox yet; the number of lines written. A crash in between repeats harmlessly."""
    total = 0
    while lines := ledger.journal(_LINES_A_MAIL):
        head = ledger.meta(HEAD) or {"n": 0, "mac": ""}
        n = head["n"] + 1
        body = "\n".join([*(line for _, line in lines), *_letters_on_their_way(lines, ledger)]) + "\n"
        mac = _mac(key, n, head["mac"], body)
        message_id = f"<journal.{n}.{mac[:32]}@{address.rpartition('@')[2]}>"
        if not mailbox.holds(JOURNAL, message_id):
            mailbox.append(JOURNAL, _mail(n, head["mac"], mac, message_id, body, address, now), now)
        ledger.commit(Commit(journal_done=lines[-1][0], meta={HEAD: {"n": n, "mac": mac}}), {})
        total += len(lines)
    return total


def read(mailbox: Mailbox, key: bytes) -> Iterator[Page]:
    """Every journal mail in order, the chain proved.

    Raises:
        JournalBroken: naming the number of the journal mail where the chain does not hold.
    """
    pages = sorted((_page(raw, key) for _, raw in mailbox.all(JOURNAL)), key=lambda page: page.n)
    known = {0: {""}}
    for page in pages:
        if page.previous not in known.get(page.n - 1, set()):
            raise JournalBroken(
                f"the journal does not hold together before mail {page.n} in {JOURNAL}: one is lost or was changed. "
                "Put the missing mail back from a backup; nothing was rebuilt"
            )
        known.setdefault(page.n, set()).add(page.mac)
    return iter(pages)


def _letters_on_their_way(lines: tuple[tuple[int, str], ...], ledger: Ledger) -> Iterator[str]:
    """Letters of these lines that have not left: their bytes are nowhere in the mailbox yet."""
    if not ledger.outbox(_UNFILED, 1):
        return
    for _, line in lines:
        if '"SendLetter"' not in line:
            continue
        for effect in json.loads(line).get("entry", {}).get("effects", ()):
            row = ledger.letter(effect["message_id"]) if effect.get("do") == "SendLetter" else None
            if row and row.status in _UNFILED and row.raw:
                raw = b64encode(row.raw).decode("ascii")
                yield json.dumps({"letter": {"message_id": row.message_id, "raw": raw}})


def _mac(key: bytes, n: int, previous: str, body: str) -> str:
    return hmac.new(key, f"journal\n{n}\n{previous}\n{body}".encode(), hashlib.sha256).hexdigest()


def _mail(n: int, previous: str, mac: str, message_id: str, body: str, address: str, now: datetime) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = address
    mail["To"] = address
    mail["Subject"] = f"Journal {n}"
    mail["Date"] = format_datetime(now)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Mailbot-Journal"] = str(n)
    mail["X-Mailbot-Journal-Previous"] = previous or "none"
    mail["X-Mailbot-Journal-Mac"] = mac
    mail["MIME-Version"] = "1.0"
    mail["Content-Type"] = 'text/plain; charset="utf-8"'
    mail["Content-Transfer-Encoding"] = "base64"
    head = f"Message-ID: {message_id}\r\n".encode("ascii") + mail.as_bytes()
    return head + lines_of(body.replace("\n", "\r\n").encode())


def _page(raw: bytes, key: bytes) -> Page:
    mail = message_from_bytes(raw)
    payload = mail.get_payload(decode=True)
    body = (payload if isinstance(payload, bytes) else b"").decode("utf-8", "replace").replace("\r\n", "\n")
    number = _field(mail, "X-Mailbot-Journal")
    previous = _field(mail, "X-Mailbot-Journal-Previous").replace("none", "")
    n = int(number) if number.isdigit() else 0
    mac = _mac(key, n, previous, body)
    if not hmac.compare_digest(mac.encode(), _field(mail, "X-Mailbot-Journal-Mac").encode("utf-8", "replace")):
        raise JournalBroken(
            f"mail {number or '(no number)'} in the journal was changed, or is not ours; nothing was rebuilt"
        )
    # Not splitlines: U+2028 in a customer's words ends no line.
    return Page(n, previous, mac, tuple(json.loads(line) for line in body.split("\n") if line))


def _field(mail: Message, name: str) -> str:
    """A field of ours, unfolded: its value is longer than a line, and Python 3.11 keeps the fold."""
    return "".join(str(mail[name] or "").split())
