"""rules/webforms.yaml as a value: which mails a form on a website sends for a customer, and what its labels mean.

What is read by it, and how far it is trusted, is `cases/web_form.py`. Without the file no web form is known by a rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

REPLY_TO, FIELD = "reply-to", "field"
CUSTOMER = (REPLY_TO, FIELD)  # where the customer's address stands, and may be written to
ANY_SITE = "@*"  # at the end of a From: the same mailbox at every domain, as a blog's own mailer has it


@dataclass(frozen=True, slots=True)
class WebForm:
    """One form. senders: a whole address, "@domain", or "mailbox@*". All phrases and labels as the admin wrote them.

    customer: '' = nobody is written to before a colleague has said who it is.
    """

    name: str
    senders: tuple[str, ...]
    subject: tuple[str, ...] = ()  # one of these stands in the subject
    has: tuple[str, ...] = ()  # all of these stand in the text
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)  # id of the form -> labels
    words: tuple[str, ...] = ()  # labels of what the customer says
    ignore: tuple[str, ...] = ()  # labels of what is nobody's words: the page, the time
    ends: tuple[str, ...] = ()  # how a line begins below which nothing is the customer's
    customer: str = ""

    def sends(self, address: str) -> bool:
        """Whether the form's mails come from this address (case folded)."""
        mailbox, _, domain = address.rpartition("@")
        for each in self.senders:
            if each.endswith(ANY_SITE):
                if mailbox == each.removesuffix(ANY_SITE):
                    return True
            elif each.startswith("@"):
                if domain == each[1:] or domain.endswith(f".{each[1:]}"):
                    return True
            elif address == each:
                return True
        return False
