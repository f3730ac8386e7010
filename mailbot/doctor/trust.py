"""Proposes `[trust] authserv_id`: whose Authentication-Results are our own server's.

Anybody can write such a field into mail of their own, with any name in it and from any domains they like; so however
much mail of strangers carries an id, that alone never proposes it. Only an id that is sure is proposed: the one on top
of a test mail to itself (--send), into which no stranger could write, or the one in the provider's own documents. And
that only where it stands on top of nearly all mail that came in, as one that our server leaves out there could be
written by anybody.
RFC 8601 sections 2.2 and 5 (whom to trust).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailbot import providers
from mailbot.doctor.examined import Examined
from mailbot.doctor.findings import Finding, ok, skipped, warning
from mailbot.mail import authentication
from mailbot.mail.headers import VALUE_MAX
from mailbot.mail.model import Message

SHARE = 0.9  # nearly all
FEW = 3  # mails at least
WITHOUT_ID = "none"  # as [trust] calls a field without an id (Microsoft's)
SEND = "run `mailbot doctor --send`: the test mail proves which one is ours"
LATER = "run `mailbot doctor --send` again when more mail has come"
WHY = "Anybody can write such a field into their own mail; only your server writes it into the test mail too."
UNSET = "staff then prove who they are by answering a letter of the desk, which always works"


@dataclass(frozen=True, slots=True)
class Counted:
    """The topmost ids in mail that came in: of how many mails, of how many senders' domains."""

    mails: int
    ids: Counter[str]
    domains: dict[str, int]

    def share(self, id: str) -> float:
        return self.ids[id] / self.mails if self.mails else 0.0

    def in_words(self, id: str) -> str:
        """3 of 50 mails, from 2 domains."""
        domains = self.domains.get(id, 0)
        return f"{self.ids[id]} of {self.mails} mails, from {domains} domain{'s' * (domains != 1)}"


def topmost_id(message: Message) -> str | None:
    """The id of the topmost Authentication-Results: 'none' where it has no id, None where there is no such field.

    Whatever stands below it is not looked at, nor is one that was cut short, as the desk would not trust it either.
    """
    value = message.header("authentication-results")
    if not value or len(value) >= VALUE_MAX:
        return None
    return authentication.parse(value).authserv_id or WITHOUT_ID


def count(heads: Sequence[Message], own: str) -> Counted:
    """Count over mail that came in; what the desk wrote itself did not."""
    came = [mail for mail in heads if not (mail.sender and mail.sender.key == own.casefold())]
    ids: Counter[str] = Counter()
    senders: dict[str, set[str]] = {}
    for mail in came:
        if found := topmost_id(mail):
            ids[found] += 1
            senders.setdefault(found, set()).add(mail.sender.domain if mail.sender else "")
    return Counted(len(came), ids, {id: len(found) for id, found in senders.items()})


def proposal(counted: Counted, sure: set[str]) -> str:
    """The id that may be trusted; '' where none is sure, or it does not stand on what comes in.

    Args:
        sure: ids known from elsewhere than from strangers' mail: the test mail's, the provider's.
    """
    seen = (id for id in sorted(sure) if counted.ids[id] >= FEW and counted.share(id) >= SHARE)
    return next(seen, "")


def look(examined: Examined) -> Iterator[Finding]:
    """What is set against what is seen."""
    if not examined.mailbox_opens:
        yield skipped("authserv_id", "no mail can be read")
        return
    settings = examined.settings
    counted = count(examined.heads, settings.desk.address)
    tested = topmost_id(examined.came_back) if examined.came_back else None
    provider = providers.by_server(settings.imap.host)  # where the mail lies; the desk's address proves no server
    sure = {id for id in (tested, provider.authserv_id if provider else "") if id}
    best = proposal(counted, sure)
    configured = settings.trust.authserv_id.casefold()
    if configured:
        yield _configured(configured, best, counted, tested)
    elif best:
        yield _proposed(best, counted, tested)
    else:
        yield _unproved(counted, sure, examined.came_back is not None)


def _configured(configured: str, best: str, counted: Counted, tested: str | None) -> Finding:
    seen = counted.in_words(configured)
    other = f"; the test mail carries “{tested}”" if tested and tested != configured else ""
    if counted.share(configured) >= SHARE and not other:
        return ok("authserv_id", f"“{configured}” stands on {seen}")
    if counted.mails < FEW and not other:
        return skipped("authserv_id", f"“{configured}” is set; there is too little mail to see it on")
    do = f'set [trust] authserv_id = "{best}"' if best else f'set [trust] authserv_id = "": {UNSET}'
    more = () if best or tested or not counted.ids else (f"To find the right one, {SEND}.",)
    found = f"“{configured}” is set, but stands topmost on {seen}{other}"
    return warning("authserv_id", found, do, *_seen(counted), *more)


def _proposed(best: str, counted: Counted, tested: str | None) -> Finding:
    known = "on the test mail" if tested == best else "in the provider's own documents"
    named = "no id (which is written “none”)" if best == WITHOUT_ID else f"“{best}”"
    found = f"none is set; {named} stands topmost on {counted.in_words(best)}, and {known}"
    return warning("authserv_id", found, f'set [trust] authserv_id = "{best}"')


def _unproved(counted: Counted, sure: set[str], sent: bool) -> Finding:
    """Why none is proposed, and what would prove one."""
    if not counted.ids:
        why = "no mail carries Authentication-Results" if counted.mails else "there is no mail to see one on"
        return ok("authserv_id", f"none is set, and {why}: {UNSET}")
    if sent and not sure:
        found = f"none is set, and the test mail carries none, so what others carry proves nothing: {UNSET}"
        return ok("authserv_id", found, *_seen(counted))
    found = f"none is set, and none is proved yet: {UNSET}"
    return skipped("authserv_id", found, LATER if sent else SEND, WHY, *_seen(counted))


def _seen(counted: Counted) -> tuple[str, ...]:
    most = counted.ids.most_common(3)
    return tuple(f"“{id}” stands topmost on {counted.in_words(id)}" for id, _ in most)
