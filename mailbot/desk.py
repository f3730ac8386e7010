"""The shell: gather -> decide -> commit -> carry out. Pure rooms decide, adapters act, this joins them.

One cycle: finish what a crash left, settle doubts, take in all waiting mail to the end, only then
fire silences, send, file, write the journal. A crash between any two lines converges on restart.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from mailbot import journal, logs
from mailbot.adapters.ledger import Commit, Ledger, OutboxRow
from mailbot.adapters.ports import HUMAN, Arrived, Mailbox, Post
from mailbot.cases import effects as fx
from mailbot.cases import intake as intakes
from mailbot.cases import match
from mailbot.cases.events import Event
from mailbot.cases.model import Case
from mailbot.cases.query import Found, MailRecord
from mailbot.cases.recognise import recognise
from mailbot.cases.recognised import Recognised
from mailbot.commits import mail_line
from mailbot.enclosing import Carried, Recent
from mailbot.errors import MailboxError, Problem, StaleCase
from mailbot.firing import HELD, Firing
from mailbot.first_start import ASKED_ADMIN, FirstStart
from mailbot.intaking import Intaking, Meta, told
from mailbot.letters import form_paper
from mailbot.letters.compose import spoken
from mailbot.letters.photos import Photo
from mailbot.letters.step import Room, Step, take
from mailbot.letters.write import House
from mailbot.mail.model import Message
from mailbot.own_identity import identity_of
from mailbot.posting import Posting
from mailbot.reading.plain import Here, Reading, Seen
from mailbot.rulebook import RuleBook
from mailbot.settings import Settings
from mailbot.sign_in.telling import tell_of_sign_in
from mailbot.stepping import Clock, Stepping
from mailbot.undelivered import Undelivered


@dataclass(slots=True)
class Report:
    """What one cycle did, for the last line on the terminal."""

    taken: int = 0
    fired: int = 0
    sent: int = 0
    unsent: int = 0
    waiting_for_admin: bool = False


class Desk:
    """One mailbox and its cases."""

    def __init__(
        self, settings: Settings, key: bytes, rulebook: RuleBook, ledger: Ledger, mailbox: Mailbox, post: Post,
        clock: Clock, reading: Reading | None = None,
    ) -> None:  # fmt: skip
        desk = settings.desk
        self._settings, self._rulebook, self._clock = settings, rulebook, clock
        self._ledger, self._mailbox = ledger, mailbox
        self._identity = identity_of(settings, key)
        self._rules = rulebook.rules()
        self._room: Room | None = None  # made once for the rules in force
        self._reading = reading or Here()
        self._recent = Recent()
        undelivered = Undelivered(ledger, mailbox, self._tell_of_undelivered, clock)
        self._intaking = Intaking(ledger, mailbox, self.take_in, self._poison, undelivered, self._reading)
        self._stepping = Stepping(ledger, lambda: self.room, clock, settings.brakes.letters_per_hour)
        self._first_start = FirstStart(ledger, self._intaking, self._stepping.alert, clock, desk.since)
        self._firing = Firing(ledger, self._stepping, desk.digest)
        self._posting = Posting(
            ledger, mailbox, post, self._stepping.record_letters, sender=desk.address, admin=self._admin,
            grants=self._grants, carries=Carried(self._carries, self._paper), recent=self._recent,
            sent=settings.imap.sent, in_doubt=settings.smtp.in_doubt,
        )  # fmt: skip

    @property
    def room(self) -> Room:
        """The rules in force, who we are, how letters leave."""
        if self._room is None:
            desk = self._settings.desk
            house = House(
                self._rules.layout,
                desk.mode == "rehearse",
                self._settings.brakes.letters_per_address_per_day,
                desk.reply_to == "subaddress",
            )
            self._room = Room(self._rules.process, self._identity, house)
        return self._room

    def record_as_sent(self, row: OutboxRow) -> None:
        """A letter that Sent proves has left (for `rebuild`)."""
        self._stepping.record_as_sent(row)

    @property
    def now(self) -> datetime:
        """The moment by the desk's clock."""
        return self._clock()

    def cycle(self) -> Report:
        """One whole cycle.

        Raises:
            MailboxError, PostError: after everything that could still be done was done.
            RulesError: there are no valid rules.
        """
        report = Report()
        self._read_rules()
        self._reading.begin(self._rules.process, self._identity)
        try:
            self._inward(report)
        except MailboxError as error:
            if not error.transient and not self._settings.imap.oauth2:  # of a sign-in that ended the admin hears anyhow
                self._stepping.alert(
                    "mailbox", f"New mail lies unread, for the desk cannot reach its mailbox: {error}", ""
                )
            self._outward(report)  # letters that wait already can leave without the mailbox
            raise
        self._outward(report)
        return report

    def _inward(self, report: Report) -> None:
        self._intaking.finish_moves()
        self._posting.settle_doubts(self._clock())
        self._read_inbox(report)
        if not report.waiting_for_admin:
            report.fired = self._firing.fire()

    def _outward(self, report: Report) -> None:
        tell_of_sign_in(self._settings, self._stepping)
        try:
            report.sent, report.unsent = self._posting.send(self._clock)
        finally:
            self._recent.forget()
            self._posting.file()
            journal.write(self._ledger, self._mailbox, self._identity.key, self._identity.address, self._clock())

    # ---- in -------------------------------------------------------------------------------------------------

    def take_in(self, seen: Seen, batch: frozenset[str], meta: Meta) -> str:
        """One mail: understood, decided, committed. Returns its fate; moving it is the caller's."""
        process, now = self._rules.process, self._clock()
        intake = seen if isinstance(seen, intakes.Intake) else intakes.look(seen, process, self._identity)
        message = intake.message
        while True:
            found = match.complete(self._ledger.find(intakes.query(intake)), self._ledger.find)
            if found.seen:
                if not self._put_back(message, found.seen, batch):
                    logs.duplicate(found.seen.case)
                    return found.seen.fate
                found = _without_its_own_sorting(found, message, process.states)
            result = recognise(intake, found, process, self._identity, now)
            try:
                return self._commit_mail(message, result, meta, now)
            except StaleCase:
                continue  # a letter's outcome came in between: decide again on the case as it is

    def _commit_mail(self, message: Message, result: Recognised, meta: Meta, now: datetime) -> str:
        if result.event is None:
            record = _record(message, result, result.fate, "", now)
            self._ledger.commit(Commit(mails=(record,), journal=(mail_line(record),), meta=meta(result.fate)), {})
            logs.filed(result.kind, "; ".join(result.why))
            return result.fate
        case = result.case or self._stepping.new_case(message.key)
        step = self._take(case, result.event, result.given, result.why, now)
        also = [(other, self._take(other, event, given, result.why, now)) for other, event, given in result.also]
        fate = "human" if step.kept_for_human else result.fate
        record = _record(message, result, fate, case.code, now)
        released = {ASKED_ADMIN: None, HELD: None} if result.event.name == "go_ahead" else {}
        self._stepping.commit(case, step, also, mails=(record,), meta=meta(fate), desk=released)
        self._recent.keep(message)
        logs.taken(case.code, result.kind, result.event.name, step.entries[0].rule)
        return fate

    def _take(
        self, case: Case, event: Event, given: tuple[fx.Effect, ...], why: tuple[str, ...], now: datetime
    ) -> Step:
        around = self._stepping.around(case, given, now, event.by)
        return take(case, event, given, why, self.room, around, now)

    def _put_back(self, message: Message, seen: MailRecord, batch: frozenset[str]) -> bool:
        """Whether a person put a mail back from Needs a human, so that it is to be taken in afresh."""
        if seen.fate != "human" or message.key in batch:
            return False
        return not message.message_id or not self._mailbox.holds(HUMAN, message.message_id)

    def _poison(self, message: Message, error: str, meta: Meta) -> None:
        """A mail that cannot be taken in: kept for a human, and the admin told."""
        now = self._clock()
        result = Recognised("human", "poison", (error,))
        record = _record(message, result, "human", "", now)
        subject = f"{message.sender.address if message.sender else 'unknown sender'}: {message.subject}"
        # told first: a crash in between tells again, which is nothing new, and not never
        self._stepping.alert(
            f"poison {message.key}", f"A mail could not be taken in and is in “{HUMAN}”. {error}", subject
        )
        self._ledger.commit(Commit(mails=(record,), journal=(mail_line(record),), meta=meta("human")), {})

    def _tell_of_undelivered(self, validity: int, mail: Arrived, said: str) -> None:
        """A mail that the server cannot give: it stays in the inbox, and a person looks."""
        self._stepping.alert(
            f"undelivered {validity} {mail.uid}",
            f"The mail server cannot hand over one mail in the inbox, so nobody has read it. {told(mail)}. Other mail "
            "does not wait for it, and it is tried again each hour. Please look at it in a mail program; if it does "
            "not open there either, ask the server’s admin: its file may be damaged.",
            said,
        )

    def _read_inbox(self, report: Report) -> None:
        self._first_start.leave_old()
        if self._first_start.waits_for_admin():
            report.taken += self._intaking.run(only=self._from_admin)
        report.waiting_for_admin = self._first_start.waits_for_admin()
        if not report.waiting_for_admin:
            report.taken += self._intaking.run()

    def _from_admin(self, message: Message) -> bool:
        person = self._rules.process.people.by_address(message.sender.address) if message.sender else None
        return person is not None and "admin" in person.roles

    # ---- rules ----------------------------------------------------------------------------------------------

    def _read_rules(self) -> None:
        before, self._rules, self._room = self._rules, self._rulebook.rules(), None
        if not self._rules.problems and self._rules is not before:  # the rule book gives the same until a file changes
            (logs.rules_mended if before.problems else logs.rules_read)()
        if self._rules.problems:
            text = "\n".join(str(problem) for problem in self._rules.problems)
            logs.rules_kept(text.replace("\n", "; "))
            cause = f"rules {hash_of(self._rules.problems)}"
            self._stepping.alert(cause, "The rule files have errors; the last good ones stay in force.", text)

    def _grants(self, letter: str) -> bool:
        cards = self._rules.process.letters.get(letter, {})
        return any(card.grants for card in cards.values())

    def _carries(self, letter: str) -> str:
        """What travels with the letter: photos, form, or ''."""
        cards = self._rules.process.letters.get(letter, {})
        return next((card.attach for card in cards.values()), "")

    def _paper(self, case: Case) -> Photo | None:
        """The form of a case as a PDF, in its customer's language, where the rules have words for one."""
        process = self._rules.process
        return form_paper.paper(process, spoken(case, process), self._identity.name, case.form.values, case.code)

    def _admin(self) -> str:
        return self._rules.process.people.reach("admin")


def hash_of(problems: tuple[Problem, ...]) -> str:
    """A short stable name for a set of problems, so that the same ones are told once."""
    return hashlib.sha256("\n".join(map(str, problems)).encode()).hexdigest()[:12]


def _record(message: Message, result: Recognised, fate: str, case: str, now: datetime) -> MailRecord:
    sender = message.sender.address if message.sender else ""
    return MailRecord(message.key, message.message_id, sender, now, fate, case, result.kind, result.why)


def _without_its_own_sorting(found: Found, message: Message, states: Any) -> Found:
    """What was found, less the record that this same mail began and nobody has sorted."""

    def stays(case: Case) -> bool:
        state = states.get(case.state)
        return not (state and not state.listed and any(mail.key == message.key for mail in case.mails))

    return replace(
        found,
        by_message_id={key: case for key, case in found.by_message_id.items() if stays(case)},
        by_address={key: tuple(filter(stays, cases)) for key, cases in found.by_address.items()},
        near=tuple(filter(stays, found.near)),
    )
