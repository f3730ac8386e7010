"""No customer and no till ever reads what stays in the house: the class of a client, notes of staff, other customers.

Looked for in every letter of every story, and in what comes of random doings of customers and staff, whose words are
all marked. That the search can find something is shown by letters that have been made to tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbot.adapters.ledger import Filter
from mailbot.cases.model import Case
from mailbot.process.model import Answer, Command
from tests.leaks import leaks, opened, reader_of
from tests.story import ACTORS, AUTHSERV, FORM, STAFF_DOMAIN, START, Telling, stories
from tests.told import Told, seen
from tests.told import told as telling_of
from tests.worlds import MemoryWorld
from tests.writing import Letter, filled, forward, new_mail, reply

ALL = [pytest.param(file, id=file.stem) for file in stories()]
STAFF = ("mathilde", "lucy", "vera", "till", "chelsea")


@pytest.mark.parametrize("file", ALL)
def test_no_letter_of_a_story_tells(file: Path) -> None:
    """Every story: nothing in any mail to a customer or a till that they should not read."""
    assert leaks(telling_of(file)) == []


# ---- the search finds ----------------------------------------------------------------------------------------------

E3 = "templates/en/E3-we-have-your-garment.md"
STORE_NOTE = "templates/en/store-note-if-the-customer-asks.md"
TO_E3: list[dict[str, Any]] = [
    {"ben writes": {"subject": "My coat"}},
    {"ben fills in E2": {"garment": "red velvet coat", "phone": "020 7946 0123"}},
    {"anna writes": {}},
    {"anna fills in E2": {}},
    {"till replies to ask-garments": "yes, on rail four behind the door"},
]


@pytest.mark.parametrize(
    ("file", "line", "what"),
    [
        (E3, "You are a good client of ours.", "a class of client"),
        (E3, "It was a clear error.", "what an assessment found"),
        (E3, "{{ words }}", "a note of staff"),
        (STORE_NOTE, "This is an average customer.", "a class of client"),
        (E3, "This is like Ben Jones and his coat.", "the name of somebody else"),
        (E3, "Write to ben@elsewhere.test about it.", "the address of somebody else"),
        (E3, "We also have a red velvet coat here.", "the garment of somebody else"),
        (E3, "Please call 020 7946 0123.", "the phone of somebody else"),
        (STORE_NOTE, "This is like Ben Jones and his coat.", "the name of somebody else"),
    ],
)
def test_a_letter_made_to_tell_is_found(file: str, line: str, what: str, tmp_path: Path) -> None:
    """With one line more in a template, the search says which letter, to whom, and what it tells."""
    signature = "{{ signature }}" if file == E3 else "Nothing to do"
    told_by = leaks(_told(tmp_path, TO_E3, {file: [{"replace": signature, "with": f"{line}\n\n{signature}"}]}))
    assert told_by
    assert all(what in each for each in told_by), told_by


def test_the_same_letters_as_they_are_shipped_tell_nothing(tmp_path: Path) -> None:
    """Without that line nothing is found, so it was the line."""
    assert leaks(_told(tmp_path, TO_E3, {})) == []


def test_what_a_colleague_heard_by_phone_stays_with_colleagues(tmp_path: Path) -> None:
    """The va answers for the store, with words of her own; the store is asked to search, and does not read them."""
    heard = "not found\nThey were very short with me on the phone today."
    steps: list[dict[str, Any]] = [
        {"anna writes": {}},
        {"anna fills in E2": {"where": "with the shop"}},
        {"silent working days": 3},
        {"vera replies to call": heard},
        {"expect": {"letters to till": ["ask-garments", "ask-garments", "ask-search"]}},
    ]
    assert leaks(_told(tmp_path, steps, {})) == []


def _told(folder: Path, steps: list[dict[str, Any]], rules: dict[str, Any]) -> Told:
    story = {"steps": steps}
    telling = Telling(MemoryWorld(folder / "desk", rules=rules, proof=True, authserv_id=AUTHSERV))
    telling.tell(story)
    return seen(Path("here"), story, telling)


# ---- whatever people do ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Canary:
    """A customer whose every word is known by sight."""

    name: str
    address: str
    phone: str
    garment: str


CUSTOMERS = (
    Canary("Quilla Zarfield", "quilla@customer.test", "020 7946 0777", "zebrafish kimono"),
    Canary("Xander Yowell", "xander@elsewhere.test", "020 7946 0888", "vermilion yashmak"),
)
RELAYS = ("relay_asked", "relay_confirmed", "progress_told", "change_asked")  # words that are meant for the customer
ASSESSED = "assessment"


@dataclass
class Doings:
    """Random doings on one desk, and for each marked word who may read it: addresses, by the word."""

    world: MemoryWorld
    now: Any = START
    number: int = 0
    marked: dict[str, set[str]] = field(default_factory=dict)

    def mark(self, *readers: str) -> str:
        """A word that nobody has written before, and who may read it."""
        self.number += 1
        word = f"zq{self.number}marked"
        self.marked[word] = set(readers)
        return word

    def deliver(self, raw: bytes) -> None:
        self.now += timedelta(minutes=20)
        self.world.deliver(raw, self.now.astimezone(UTC))
        self.world.cycle(self.now.astimezone(UTC))

    def complain(self, who: int) -> None:
        customer = CUSTOMERS[who]
        word = self.mark(customer.address)
        text = f"Hello,\n\nmy {customer.garment} has a hole, I am very unhappy. {word}\n\n{customer.name}"
        self.deliver(new_mail(customer.address, customer.name, f"Complaint {word}", text, self.now, self.next()))

    def forward(self, who: int, staff: int, words: str) -> None:
        customer, (name, address) = CUSTOMERS[who], ACTORS[STAFF[staff]]
        note = f"{words} {self.mark(address)}" if words else ""
        text = f"My {customer.garment} has a hole. I am very unhappy."
        original = (customer.name, customer.address, "My complaint", text)
        self.deliver(forward(address, name, note, original, self.now, self.next(), _vouched()))

    def fill_in(self, who: int, where: str, problem: str) -> None:
        customer = CUSTOMERS[who]
        letter = self.last(lambda each: each.to == customer.address and "what happened:" in opened(each).words)
        if letter is None:
            return
        labels = {each.id: each.labels["en"][0] for each in self.world.process.form}
        values = {**FORM, "garment": customer.garment, "phone": customer.phone, "where": where, "problem": problem}
        values["happened"] = f"There is a hole. {self.mark(customer.address)}"
        text = filled(
            letter, {name: words for name, words in values.items() if f"{labels[name]}:" in letter.text}, labels
        )
        answering = {"In-Reply-To": letter.message_id, "References": letter.message_id}
        self.deliver(
            new_mail(customer.address, customer.name, f"Re: {letter.subject}", text, self.now, self.next(), answering)
        )

    def customer_answers(self, who: int, pick: int) -> None:
        customer = CUSTOMERS[who]
        letter = self.last(lambda each: each.to == customer.address)
        if letter is None:
            return
        answers = self.world.process.letter(opened(letter).code, "en").answers
        said = answers[pick % len(answers)].words[0] if answers else "When do I hear from you?"
        text = f"{said}\n{self.mark(customer.address)}"
        self.deliver(reply(letter, customer.address, customer.name, text, self.now, self.next()))

    def staff_answer(self, back: int, pick: int, author: int | None) -> None:
        """Somebody replies to one of the last letters to staff: with an answer of its, or a command."""
        asked = [each for each in self.world.letters() if each.to.endswith(f"@{STAFF_DOMAIN}")]
        if not asked:
            return
        letter = asked[-1 - back % len(asked)]
        address = letter.to if author is None else ACTORS[STAFF[author]][1]
        choices: list[Answer | Command] = [*self.world.process.letter(opened(letter).code, "en").answers]
        choices += self.world.process.commands
        said = self.words_for(choices[pick % len(choices)], self.customer_of(letter), address)
        self.deliver(reply(letter, address, address.partition("@")[0], said, self.now, self.next(), _vouched()))

    def command(self, who: int, author: int, pick: int) -> None:
        """Somebody who knows the code of a case writes a mail of their own about it."""
        name, address = ACTORS[STAFF[author]]
        case = next((each for each in self.cases() if each.customer.address == CUSTOMERS[who].address), None)
        commands = self.world.process.commands
        if case is None:
            return
        said = self.words_for(commands[pick % len(commands)], case.customer.address, address)
        self.deliver(new_mail(address, name, f"[{case.code}]", said, self.now, self.next(), _vouched()))

    def cases(self) -> list[Case]:
        return list(self.world.ledger.cases(Filter()))

    def words_for(self, choice: Answer | Command, theirs: str, author: str) -> str:
        """What somebody writes to mean it, every further word of theirs marked."""
        word = choice.words[0]
        if choice.takes == ASSESSED:
            given = word if isinstance(choice, Answer) else f"{word}: clear error, good client"
            return f"{given}\ncause: tear {self.mark(author)}\nto customer: {self.mark(author, theirs)}"
        if choice.event in RELAYS:
            return f"{word}: we look at it {self.mark(author, theirs)}"
        person = ("lucy", "Marylebone till")[self.number % 2]
        other = self.cases()[self.number % len(self.cases())].code
        takes = {"amount": "60", "date": "14 March", "person": person, "reference": "7", "case": other}
        extra = takes.get(choice.takes, "")
        return f"{word} {extra}\n{self.mark(author)}" if choice.takes != "words" else f"{word}: {self.mark(author)}"

    def customer_of(self, letter: Letter) -> str:
        case = self.world.ledger.case(opened(letter).case)
        return case.customer.address if case else ""

    def wait(self, days: int) -> None:
        for _ in range(days):
            self.now += timedelta(days=1)
            self.world.cycle(self.now.astimezone(UTC))

    def last(self, wanted: Any) -> Letter | None:
        return next((each for each in reversed(self.world.letters()) if wanted(each)), None)

    def next(self) -> int:
        self.number += 1
        return self.number

    def told(self) -> Told:
        return seen(Path("here"), {}, Telling(self.world))

    def misread(self, told: Told) -> Iterator[str]:
        """Marked words in a letter to a customer or a till who may not read them."""
        for letter in told.letters:
            reader = reader_of(letter, told)
            if reader is None:
                continue
            text, about = opened(letter).words, {self.customer_of(letter)}
            for word, readers in self.marked.items():
                theirs = bool(reader.store) and readers == about  # a till may read its own customer's words
                if word in text and letter.to not in readers and word not in reader.own and not theirs:
                    yield f"{opened(letter).code} to {letter.to} holds {word}"


def _vouched() -> dict[str, str]:
    return {"Authentication-Results": f"{AUTHSERV}; dmarc=pass header.from={STAFF_DOMAIN}"}


who = st.integers(0, len(CUSTOMERS) - 1)
staff = st.integers(0, len(STAFF) - 1)
doings = st.one_of(
    st.tuples(st.just("complain"), who),
    st.tuples(st.just("forward"), who, staff, st.sampled_from(["", "solved", "she is upset", "voucher 10", "form"])),
    st.tuples(st.just("fill_in"), who, st.sampled_from(["with the shop", "with me", "not sure"]), st.just("damaged")),
    st.tuples(st.just("customer_answers"), who, st.integers(0, 3)),
    st.tuples(st.just("staff_answer"), st.integers(0, 5), st.integers(0, 40), st.none() | staff),
    st.tuples(st.just("command"), who, staff, st.integers(0, 40)),
    st.tuples(st.just("wait"), st.integers(1, 6)),
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> MemoryWorld:
    """One desk; each example begins it anew."""
    return MemoryWorld(tmp_path_factory.mktemp("privacy") / "desk", proof=True, authserv_id=AUTHSERV)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(done=st.lists(doings, min_size=4, max_size=24))
def test_whatever_people_do_nothing_is_told(desk: MemoryWorld, done: list[tuple[Any, ...]]) -> None:
    """Two customers at once, staff who answer, command and note in any order: marked words stay where they may be."""
    desk.begin_again()
    doing = Doings(desk)
    doing.complain(0)
    doing.complain(1)
    doing.fill_in(0, "with the shop", "damaged")
    for name, *arguments in done:
        getattr(doing, name)(*arguments)
    told = doing.told()
    assert [*doing.misread(told), *leaks(told)] == []
