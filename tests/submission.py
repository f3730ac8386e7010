"""A provider's submission server: STARTTLS and AUTH as SmtpSink has them, and it delivers to its own mailboxes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.dovecot import User, put
from tests.smtp_sink import SmtpSink


@dataclass
class Submission(SmtpSink):
    """Takes mail like SmtpSink; what is for one of its own mailboxes is put into it, as a provider does.

    Args:
        mailboxes: address -> the mailbox it leads to.
        refuses_details: takes no mail for address+anything@.
        authserv_id: writes Authentication-Results with this name on top of what it delivers.
        stamp: the time that the mailbox shows, instead of now.
        into: the folder that mail is put into, as junk filters and running desks do.
    """

    mailboxes: Mapping[str, User] = field(default_factory=dict)
    refuses_details: bool = False
    authserv_id: str = ""
    stamp: datetime | None = None
    into: str = "INBOX"

    def answer_to(self, address: str) -> str:
        if self.refuses_details and "+" in address:
            return "550 5.1.1 no such user here"
        return super().answer_to(address)

    def _keep(self, session: Any, envelope: Any) -> None:
        super()._keep(session, envelope)
        mail = self.received[-1]
        for address in mail.to:
            user = self.mailboxes.get(_base(address))
            if user:
                verdict = f"Authentication-Results: {self.authserv_id}; dmarc=pass\r\n" if self.authserv_id else ""
                put(user, [verdict.encode() + mail.raw], self.stamp, self.into)


def _base(address: str) -> str:
    local, _, domain = address.partition("@")
    return f"{local.partition('+')[0]}@{domain}"
