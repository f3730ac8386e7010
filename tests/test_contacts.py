"""contacts: the customer whom staff name in a note, and the note that is left."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.cases.contacts import Contact, apart, contact_in
from tests.recognising import DESK, process

ANNA = Contact("Anna Smith", "anna@x.test")


def read(text: str) -> tuple[Contact, str]:
    return apart(text, process(), DESK)


@pytest.mark.parametrize(
    ("text", "contact", "rest"),
    [
        ("solved Anna Smith anna@x.test", ANNA, "solved"),
        ("Solved Anna Smith <anna@x.test>", ANNA, "Solved"),
        ("Solved. Anna Smith. anna@x.test", ANNA, "Solved."),
        ("voucher 20 Anna Smith, anna@x.test, green dress", ANNA, "voucher 20\ngreen dress"),
        ("voucher £20.50 to Anna Smith (07700 900123)", Contact("Anna Smith", "", "07700 900123"), "voucher £20.50"),
        (
            "solved, Anna Smith, +44 (0)7700 900123, coat",
            Contact("Anna Smith", "", "+44 (0)7700 900123"),
            "solved\ncoat",
        ),
        ("solved for Mrs A. Smith-Jones, 07700 900123", Contact("Mrs A. Smith-Jones", "", "07700 900123"), "solved"),
        ("Anna Smith, anna@x.test: solved, she is happy", ANNA, "solved, she is happy"),
        ("anna@x.test (Anna Smith) solved", ANNA, "solved"),
        ("back\nAnna Smith\nanna@x.test", ANNA, "back"),
        ("back\nAnna Smith\n07700 900123\nanna@x.test", Contact("Anna Smith", "anna@x.test", "07700 900123"), "back"),
        ("Client: anna smith, anna@x.test, voucher 15", Contact("anna smith", "anna@x.test"), "voucher 15"),
        (
            "reprocessing\nName: anna smith\nEmail: anna@x.test\nPhone: 07700 900123\nGarment: green dress",
            Contact("anna smith", "anna@x.test", "07700 900123"),
            "reprocessing\nGarment: green dress",
        ),
        ("solved 小明 王 ming@x.test", Contact("小明 王", "ming@x.test"), "solved"),
        ("solved Anna de la Cruz anna@x.test", Contact("Anna de la Cruz", "anna@x.test"), "solved"),
        ("Thanks,\nsolved Anna Smith anna@x.test", ANNA, "Thanks,\nsolved"),
    ],
)
def test_a_name_beside_its_address(text: str, contact: Contact, rest: str) -> None:
    """Beside an address or a number, behind a label, on the line above: and the command stands alone afterwards."""
    assert read(text) == (contact, rest)
    assert contact.enough


@pytest.mark.parametrize(
    "text",
    [
        "form Anna Smith, 12 High Street, London W1U 3AB",
        "form\nAnna Smith\n12 High Street\nLondon W1U 3AB",
        "form\nName: Anna Smith\nAddress: 12 High Street, London W1U 3AB",
    ],
)
def test_a_name_with_a_postal_address_is_enough(text: str) -> None:
    """Somebody without email and telephone is not shut out."""
    assert read(text) == (Contact("Anna Smith", postal="12 High Street, London W1U 3AB"), "form")


@pytest.mark.parametrize(
    "text",
    [
        "She is upset, her email is anna@x.test",
        "She bought it at Harvey Nichols, anna@x.test",
        "I spoke to Anna Smith anna@x.test",
        "Garment: Green Dress, anna@x.test",
        "solved\nHi Lucy\nanna@x.test",
        "solved Marylebone till anna@x.test",
        "solved Mathilde anna@x.test",
        "anna@x.test\nKaren",
    ],
)
def test_no_name_out_of_prose(text: str) -> None:
    """Words that only stand near an address name nobody; the address counts all the same."""
    assert read(text)[0] == Contact(address="anna@x.test")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "solved",
        "solved Anna Smith",
        "solved\n\nKind regards\nKaren Jones\nkaren@gmail.test\n07700 900123",
        "solved till@shop.test",
        f"solved {DESK}",
        "solved Anna Smith customercare+4k7qd2m.1.aaaaaaaaaaaaaaaaaaaaaaaaaa@shop.test",
        "solved Anna Smith anna@x.test or ben@y.test",
        "02/03/2026 10:30 solved, ticket 0123456789",
        "Name: Anna Smith\nsolved",
        "solved, the shop is at 1 High Street, £1000 and 0 of 10",
    ],
)
def test_nobody_is_named(text: str) -> None:
    """Without a way to reach them, or with two who could be meant, nobody is; never the house, never its signature."""
    contact, rest = read(text)
    assert not contact.enough
    assert contact.address == contact.name == ""
    assert rest.split() == text.split()


def test_a_number_alone_names_nobody() -> None:
    """Who could not be called by name is asked for."""
    contact, rest = read("solved 07700 900123")
    assert (contact, rest) == (Contact(phone="07700 900123"), "solved")
    assert not contact.enough


def test_outsiders_come_before_the_houses_own_domain() -> None:
    """A colleague who is not in people.yaml is not taken for the customer where somebody else is named."""
    assert contact_in("solved Anna Smith anna@x.test (told by karen@shop.test)", process(), DESK) == ANNA


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_read(text: str) -> None:
    """Total, and nothing that is no contact is lost."""
    contact, rest = read(text)
    assert "@" in contact.address or contact.address == ""
    if contact == Contact():
        assert rest == text


@pytest.mark.parametrize(
    "text", ["a@" * 20_000, "1 " * 20_000, "Anna " * 9_000, "A, " * 9_000 + "W1U 3AB", "+" * 40_000, "Name:" * 9_000]
)
def test_long_notes_cost_little(text: str) -> None:
    """No note, however long, keeps the desk busy."""
    began = time.process_time()
    read(text)
    assert time.process_time() - began < 1
