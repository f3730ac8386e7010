"""Decides whose mail a colleague passes on: the customer's among the mails that a forward holds.

The first on its way to us that is not the house's own. What stands deeper is only what that sender wrote: an outsider
must not name the address that we write to, neither with a header typed into her words nor with a mail attached to hers.
Where the sender's address is not shown, it is not looked for further in: a person is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailbot.mail.forwards import NO_ADDRESS
from mailbot.mail.model import Forward, Original
from mailbot.process.people import People

_SEVERAL = "mails of several senders are attached: which of them is meant was not said"
_RELAYED = " via "  # "Jane Doe via Customer Care": the address is that of the group, not hers


def of_customer(forward: Forward | None, people: People, desk: str) -> Forward | None:
    """The forward with the customer's mail as its original; '' for the address where nobody can be meant for sure.

    A colleague who is not in people.yaml is passed over by the desk's domain, where that leaves somebody else.
    """
    if forward is None:
        return None
    house = _House(people, desk)
    if forward.beside:
        return _of_several(forward, house)
    at = house.first_outsider(forward.layers)
    if at is None:
        ours = is_desk(forward.original.address, desk)
        return replace(forward, original=replace(forward.original, address="")) if ours else forward
    told = [each for each in forward.evidence if each != NO_ADDRESS]
    chosen = house.reachable(forward.layers[at])
    if not chosen.address:
        told.append(NO_ADDRESS)
    return replace(forward, original=chosen, depth=at + 1, evidence=tuple(told))


def is_desk(address: str, desk: str) -> bool:
    """Whether the address is the desk's own, or one below it (desk+TOKEN@)."""
    local, _, domain = address.casefold().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}" == desk.casefold()


def _of_several(forward: Forward, house: _House) -> Forward:
    """Mails side by side: of the one outsider among them, or nobody's."""
    at = house.first_outsider(forward.layers)
    first = () if at is None else (forward.layers[at],)
    outside = [layer for layer in (*first, *forward.beside) if house.is_outside(layer) and not house.is_house(layer)]
    if not outside or len({layer.address.casefold() for layer in outside}) != 1:
        return replace(forward, evidence=(*forward.evidence, _SEVERAL))
    told = tuple(each for each in forward.evidence if each != NO_ADDRESS or not outside[0].address)
    return replace(forward, original=outside[0], depth=1, evidence=told)


@dataclass(frozen=True, slots=True)
class _House:
    """Who belongs to the house: the desk, the people of people.yaml, and the desk's domain."""

    people: People
    desk: str

    def is_outside(self, layer: Original) -> bool:
        """Whether the sender is neither the desk nor in people.yaml; programs show colleagues by name alone."""
        if layer.address:
            return self.people.by_address(layer.address) is None and not is_desk(layer.address, self.desk)
        return layer.name.casefold() not in {person.name.casefold() for person in self.people.people}

    def is_house(self, layer: Original) -> bool:
        return layer.address.casefold().endswith("@" + self.desk.casefold().rpartition("@")[2])

    def first_outsider(self, layers: Sequence[Original]) -> int | None:
        """The place of the first mail from outside the house; of the first not in people.yaml where all are inside."""
        outside = [at for at, layer in enumerate(layers) if self.is_outside(layer)]
        return next((at for at in outside if not self.is_house(layers[at])), next(iter(outside), None))

    def reachable(self, layer: Original) -> Original:
        """The mail without the address of a group of ours that only relays it."""
        relayed = self.is_house(layer) and _RELAYED in layer.name
        return replace(layer, address="") if relayed else layer
