"""Who speaks in a mail, for a look by likeness: its sender, whom Reply-To names behind a robot, a forward's customer.

Reply-To proves nothing: anybody can type any address into a web form. What may follow from it is `whose`'s to say.
"""

from __future__ import annotations

from mailbot.cases import candidates, mailboxes, web_form
from mailbot.cases.candidates import Marks
from mailbot.mail.automatic import is_no_reply
from mailbot.mail.model import Address, Forward, Message
from mailbot.process.model import Process

_MOST_NEAR = 80  # keys of one mail in all


def for_many(message: Message, process: Process) -> bool:
    """Whether the sender is a robot that writes for whoever fills in a web form."""
    sender = message.sender
    if sender is None:
        return False
    return is_no_reply(sender.key) or is_web_form(message, process) or web_form.rule_of(message, process) is not None


def is_web_form(message: Message, process: Process) -> bool:
    """Whether it is one of our own website's forms, by rules/matching.yaml or one of rules/webforms.yaml."""
    listed = message.sender is not None and message.sender.key in process.matching.among("web_forms")
    return listed or web_form.customer_of(message, process) is not None


def behind(message: Message, process: Process) -> Address | None:
    """Whom Reply-To names, where that is another mailbox than the sender's; None where it is nobody else.

    Of a form on a website whom its rule names.
    """
    if message.sender is None:
        return None
    if customer := web_form.customer_of(message, process):
        return customer
    others = (each for each in message.reply_to if each.address and not is_no_reply(each.key))
    return next((each for each in others if not _is_sender(each, message.sender, process)), None)


def marks(message: Message, words: str, forward: Forward | None, process: Process) -> Marks | None:
    """The marks of whoever speaks: of a forward those of the customer inside; None where nobody is named."""
    if forward:
        inside = forward.original
        return candidates.marks(inside.address, inside.name, inside.subject, inside.text, process)
    speaker = message.sender
    if for_many(message, process):
        speaker = behind(message, process) or speaker
    if speaker is None:
        return None
    return candidates.marks(speaker.address, speaker.name, message.subject, words, process)


def near(message: Message, found: Marks | None, addresses: tuple[str, ...], process: Process) -> tuple[str, ...]:
    """The keys by which the cases may be found, the surest first.

    Args:
        addresses: of customers that a mail of staff names.
    """
    other = behind(message, process)
    named = (*addresses, *((other.address,) if other else ()))
    boxes = [key for address in named for key in mailboxes.keys_wanted(address, process.matching) if key[:4] == "box:"]
    keys = (*(candidates.wanted(found, process.matching) if found else ()), *boxes)
    return tuple(dict.fromkeys(keys))[:_MOST_NEAR]


def _is_sender(address: Address, sender: Address, process: Process) -> bool:
    return mailboxes.same(address.address, sender.address, process.matching)
