"""Proposes `[trust] authserv_id` from mail that came in: whose Authentication-Results are our own server's.

Anybody can write such a field into a mail of their own, with any name in it. Our server writes it into everybody's. So
only what stands topmost in nearly all mail, of many senders, is proposed; what a few mails carry never is. Fewer do
where the id is known from elsewhere: from a test mail to itself (--send), into which nobody else could write, or from
the provider's own documents.
RFC 8601 sections 2.2 and 5 (whom to trust).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailbot.doctor.examined import Examined
from mailbot.doctor.findings import Finding, ok, skipped, warning
from mailbot.doctor.provider import provider_of
from mailbot.mail import authentication
from mailbot.mail.model import Message

MAILS, DOMAINS = 10, 4  # enough of both, and …
SHARE = 0.9  # … nearly all
FEW = 3  # mails, where the test mail or the provider says the same
WITHOUT_ID = "none"  # as [trust] calls a field without an id (Microsoft's)
WHY = (
    f"At least {MAILS} mails from {DOMAINS} domains, and nine of ten, are needed: anybody can write such a field into "
    "their own mail, only your server into everybody's."
)
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
    """The id of the topmost Authentication-Results: 'none' where it has no id, None where there is no such field."""
    value = message.header("authentication-results")
    return (authentication.parse(value).authserv_id or WITHOUT_ID) if value else None


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
    """The id that may be trusted; '' while the evidence is thin.

    Args:
        sure: ids known from elsewhere than from strangers' mail: the test mail's, the provider's.
    """
    for id, times in counted.ids.most_common(1):
        enough = times >= MAILS and counted.domains[id] >= DOMAINS
        proved = times >= FEW and id in sure
        if counted.share(id) >= SHARE and (enough or proved):
            return id
    return ""


def look(examined: Examined) -> Iterator[Finding]:
    """What is set against what is seen."""
    if not examined.mailbox_opens:
        yield skipped("authserv_id", "no mail can be read")
        return
    counted = count(examined.heads, examined.settings.desk.address)
    tested = topmost_id(examined.came_back) if examined.came_back else None
    provider = provider_of(examined.settings)
    sure = {id for id in (tested, provider.authserv_id if provider else "") if id}
    best = proposal(counted, sure)
    configured = examined.settings.trust.authserv_id.casefold()
    yield _configured(configured, best, counted) if configured else _proposed(best, counted, tested)


def _configured(configured: str, best: str, counted: Counted) -> Finding:
    seen = counted.in_words(configured)
    if counted.share(configured) >= SHARE:
        return ok("authserv_id", f"“{configured}” stands on {seen}")
    if counted.mails < FEW:
        return skipped("authserv_id", f"“{configured}” is set; there is too little mail to see it on")
    do = f'set [trust] authserv_id = "{best}"' if best else f'set [trust] authserv_id = "": {UNSET}'
    return warning("authserv_id", f"“{configured}” is set, but stands topmost on {seen}", do, *_seen(counted))


def _proposed(best: str, counted: Counted, tested: str | None) -> Finding:
    if best:
        also = ", and on the test mail" if tested == best else ""
        named = "no id (which is written “none”)" if best == WITHOUT_ID else f"“{best}”"
        return warning(
            "authserv_id",
            f"none is set; {named} stands topmost on {counted.in_words(best)}{also}",
            f'set [trust] authserv_id = "{best}", if that is your own mail server',
        )
    if not counted.ids:
        why = "no mail carries Authentication-Results" if counted.mails else "there is no mail to see one on"
        return ok("authserv_id", f"none is set, and {why}: {UNSET}")
    found = f"none is set, and none can be proposed yet: {UNSET}"
    return skipped("authserv_id", found, "run the doctor again when more mail has come", WHY, *_seen(counted))


def _seen(counted: Counted) -> tuple[str, ...]:
    most = counted.ids.most_common(3)
    return tuple(f"“{id}” stands topmost on {counted.in_words(id)}" for id, _ in most)
