"""The rules of the clock (PROCESS.md "Silence"), one by one: when silence is an event, and when it is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.cases import effects as fx
from mailbot.cases import silence
from mailbot.cases.around import Around
from mailbot.cases.events import Event
from mailbot.cases.model import Case
from mailbot.letters.step import take, take_silence
from mailbot.process.calendar import Duration
from mailbot.process.load import PROCESS
from mailbot.process.model import Process
from tests import ruling
from tests.ruling import MONDAY, case, full_form, letter, process_of, room, shipped
from tests.story import Telling
from tests.worlds import MemoryWorld

LONDON = ZoneInfo("Europe/London")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def london(month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    """A moment of 2026 on the shop's clock."""
    return datetime(2026, month, day, hour, minute, tzinfo=LONDON).astimezone(UTC)


class Life:
    """A case and a clock: hours go by, silences fire, letters leave as the post lets them."""

    def __init__(self, start: Case, process: Process | None = None, now: datetime = MONDAY) -> None:
        self.case, self.now = start, now
        self.process = process or shipped()
        self.log: list[tuple[datetime, str]] = []  # letters written, and states entered
        self.post_works = True

    def go_by(self, time: timedelta, step: timedelta = HOUR) -> None:
        """So much time, looked at every so often as the daemon does."""
        end = self.now + time
        while self.now < end:
            self.now = min(self.now + step, end)
            self.fire()
            self.deliver()

    def fire(self) -> None:
        rung = silence.ripe(self.case, self.process, self.now)
        if rung is None:
            return
        before = self.case.state
        step = take_silence(self.case, rung, room(self.process), Around(), self.now)
        self.case = step.case
        self.log += [(self.now, each.letter.letter) for each in step.outgoing]
        if self.case.state != before:
            self.log.append((self.now, self.case.state))

    def happen(self, name: str, by: str = "customer", *given: fx.Effect, **data: object) -> None:
        """An event; the customer's words come with a mail that is kept."""
        kept = (fx.KeepMail(f"k{self.now}", f"<{self.now:%d%H%M}@x>", "a@b.c", by, name),) if by != "desk" else ()
        step = take(self.case, Event(name, by, data), (*kept, *given), (), room(self.process), Around(), self.now)
        self.case = step.case
        self.log += [(self.now, each.letter.letter) for each in step.outgoing]
        self.deliver()

    def deliver(self) -> None:
        """The post takes over what waits."""
        for each in self.case.letters if self.post_works else ():
            if each.status == "queued":
                happened = Event("letter_sent", "desk", {"n": each.n, "to": each.audience})
                mark = (fx.MarkLetter(each.n, "sent"),)
                self.case = take(self.case, happened, mark, (), room(self.process), Around(), self.now).case

    @property
    def said(self) -> list[str]:
        return [what for _, what in self.log]

    def at(self, what: str) -> datetime:
        """When the letter was written or the state entered."""
        return next(at for at, each in self.log if each == what)


def form_gone_out(now: datetime = MONDAY, process: Process | None = None) -> Life:
    """A new complaint whose E2 has just left."""
    sent = replace(letter(1, "E2"), at=now, sent_at=now)
    start = case(
        "awaiting_form", store="", entered_at=now, opened_at=now, last_at=now, letters=(sent,), heard={"customer": now}
    )
    return Life(start, process, now)


def ladder(state: str, *rungs: str) -> Process:
    """The shipped process with other rungs in one state: 'after | send CODE' or 'after | go STATE'."""
    files = ruling.files()
    lines = files[PROCESS].splitlines()
    start = lines.index(f"{state}:")
    end = next(
        (i for i in range(start + 1, len(lines)) if lines[i] and not lines[i].startswith((" ", "#"))), len(lines)
    )
    first = next(i for i in range(start, end) if lines[i].strip() == "silence:")
    made = []
    for rung in rungs:
        after, what = rung.split(" | ")
        verb, name = what.split()
        made += [f"    - after: {after}", f"      {verb}: {name}"]
    files[PROCESS] = "\n".join([*lines[: first + 1], *made, "", *lines[end:]])
    return process_of(files)


# ---- from when it counts ------------------------------------------------------------------------------------


def test_the_ladder_is_the_one_of_the_rules() -> None:
    """Form out on Monday the 2nd: reminders after 3 and 7 working days, parked after 14, and nothing more."""
    life = form_gone_out(london(3, 2))
    life.go_by(60 * DAY)
    assert life.log == [
        (london(3, 5), "chase-form-1"),
        (london(3, 11), "chase-form-2"),
        (london(3, 20), "parked"),
    ]


def test_it_runs_from_the_later_of_the_states_start_and_the_partys_last_mail() -> None:
    """A mail of the customer's in between (answered by nobody, since nothing is owed) starts the count afresh."""
    life = form_gone_out(london(3, 2))
    life.go_by(2 * DAY)
    life.case = replace(life.case, heard={"customer": life.now})
    life.go_by(20 * DAY)
    assert life.at("chase-form-1") == london(3, 9)


def test_a_mail_of_another_party_does_not_start_it_afresh() -> None:
    """The till wrote; the customer is awaited: the clock runs on."""
    life = form_gone_out(london(3, 2))
    life.go_by(2 * DAY)
    life.happen("note_made", "till", words="seen at the counter")
    life.go_by(10 * DAY)
    assert life.at("chase-form-1") == london(3, 5)


def test_a_vacation_reply_neither_answers_nor_breaks_silence() -> None:
    """Nobody wrote it: the reminder comes when it would have come."""
    life = form_gone_out(london(3, 2))
    life.go_by(2 * DAY)
    kept = fx.KeepMail("v", "<v@x>", "anna@customer.test", "desk", "vacation", (), human=False)
    step = take(life.case, Event("automatic_came", "desk", {}), (kept,), (), room(), Around(), life.now)
    life.case = step.case
    life.go_by(10 * DAY)
    assert life.at("chase-form-1") == london(3, 5)


def test_while_a_word_of_ours_is_owed_the_clock_stands_still() -> None:
    """The customer asked something: no reminder to them however long we take, but its owner is asked every working day;
    our answer starts the count."""
    life = form_gone_out(london(3, 2))
    life.go_by(DAY)
    life.happen("customer_wrote", words="How long does it take?")
    assert life.case.facts["owed"] is True
    life.go_by(30 * DAY)
    assert set(life.said) == {"customer-wrote"}
    assert len(life.said) == 1 + 22  # working days from Tuesday 3 March to Thursday 2 April
    assert silence.party_awaited(life.case, shipped()) == "care"
    answered = life.now
    life.happen("relay_asked", "care", words="About a week once we have the form.", author="mathilde@shop.test")
    assert "owed" not in life.case.facts
    life.go_by(20 * DAY)
    assert life.at("chase-form-1") == shipped().calendar.add(answered, _days(3))


def test_owed_ends_when_nothing_needs_an_answer() -> None:
    """The owner says that no reply is needed: the clock runs again."""
    life = form_gone_out(london(3, 2))
    life.happen("customer_wrote", words="Thank you.")
    life.happen("no_reply_needed", "care")
    assert life.case.facts.get("owed") is False
    life.go_by(20 * DAY)
    assert "chase-form-1" in life.said


# ---- letters that have not left -----------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["queued", "sending", "in_doubt", "held", "failed"])
def test_silence_on_a_letter_that_never_came_is_none(status: str) -> None:
    """E2 has not reached the customer: nobody is reminded of it, nothing parks."""
    life = form_gone_out()
    life.case = replace(life.case, letters=(letter(1, "E2", status=status),))
    life.post_works = False
    life.go_by(60 * DAY, DAY)
    assert life.log == []
    assert silence.due(life.case, shipped()) is None


def test_the_next_rung_counts_from_when_the_one_before_was_sent() -> None:
    """The first reminder left two days late: the second keeps its distance from it, and so does the end."""
    life = form_gone_out(london(3, 2))
    life.post_works = False
    life.go_by(4 * DAY)
    assert life.said == ["chase-form-1"]
    assert silence.due(life.case, shipped()) is None, "the first reminder has not left"
    life.post_works = True
    life.go_by(HOUR)
    assert life.case.letters[-1].sent_at == london(3, 6, 11)
    life.go_by(60 * DAY)
    assert life.at("chase-form-2") == london(3, 12, 11), "four working days after the first was sent"
    assert life.at("parked") == london(3, 23, 11), "seven working days after the second was sent"


def test_nothing_parks_without_its_warning_having_been_out_for_the_gap() -> None:
    """The last reminder waits in the outbox for weeks: the case stays; once it left, the whole gap runs."""
    life = form_gone_out(london(3, 2))
    life.go_by(8 * DAY)
    life.post_works = False
    life.go_by(30 * DAY)
    assert life.said == ["chase-form-1", "chase-form-2"]
    life.post_works = True
    life.go_by(HOUR)
    left = life.now
    life.go_by(30 * DAY)
    minutes = shipped().calendar.working_minutes(left, life.at("parked"))
    assert minutes == 7 * 10 * 60


@pytest.mark.parametrize("status", ["held", "failed"])
def test_a_warning_that_did_not_get_out_parks_nobody(status: str) -> None:
    """The last reminder was held or refused: the case is not parked behind the customer's back."""
    life = form_gone_out(london(3, 2))
    life.go_by(8 * DAY)
    life.post_works = False
    life.go_by(2 * DAY)
    assert life.said[-1] == "chase-form-2"
    warned = replace(life.case.letters[-1], status=status)
    life.case = replace(life.case, letters=(*life.case.letters[:-1], warned))
    life.go_by(60 * DAY, DAY)
    assert life.case.state == "awaiting_form"


def test_a_refused_letter_to_the_store_does_not_stop_the_ladder_of_the_store() -> None:
    """The till's mailbox is broken: the va is asked to ring all the same."""
    asked = replace(letter(2, "ask-garments", "till", "failed"), at=MONDAY)
    life = Life(case("checking_garments", form=full_form(), letters=(letter(1, "E2"), asked)))
    life.go_by(5 * DAY)
    assert "call" in life.said


# ---- not too many -------------------------------------------------------------------------------------------


def test_one_rung_at_a_time_even_after_weeks_of_standing_still() -> None:
    """Six weeks in one look: one reminder, then the distance to the next is kept."""
    life = form_gone_out(london(3, 2))
    life.go_by(42 * DAY, 42 * DAY)
    assert life.said == ["chase-form-1"]
    first = life.now
    life.go_by(40 * DAY)
    assert shipped().calendar.working_minutes(first, life.at("chase-form-2")) >= 4 * 10 * 60 - 60


def test_at_most_one_unprompted_letter_a_working_day() -> None:
    """Three rungs within hours of each other: one a working day, however the rules are written."""
    process = ladder(
        "awaiting_form", "1 working hour | send chase-form-1", "2 working hours | send chase-form-2",
        "3 working hours | send form-missing",
    )  # fmt: skip
    life = form_gone_out(london(3, 5), process)  # a Thursday
    life.go_by(10 * DAY, timedelta(minutes=20))
    days = [at.astimezone(LONDON).date() for at, _ in life.log]
    assert [f"{day:%a %d}" for day in days] == ["Thu 05", "Fri 06", "Mon 09"]


def test_at_most_three_unprompted_letters_without_a_mail_from_the_customer() -> None:
    """A ladder of five: three letters, then quiet; a mail of the customer's makes room for more."""
    rungs = [f"{2 * n} working days | send chase-form-{1 + n % 2}" for n in range(1, 6)]
    life = form_gone_out(london(3, 2), ladder("awaiting_form", *rungs))
    life.go_by(60 * DAY)
    assert len(life.log) == 3
    life.case = replace(life.case, heard={"customer": life.now})
    life.go_by(60 * DAY)
    assert len(life.log) == 5


def test_the_three_count_over_several_states() -> None:
    """One word while the store was asked and two reminders to bring the garment: a fourth is not sent."""
    life = Life(case("checking_garments", form=full_form(where="not sure"), letters=(letter(1, "E2"),)))
    life.go_by(3 * HOUR)
    life.happen("garments_missing", "till")
    life.go_by(60 * DAY)
    to_customer = [each.letter for each in life.case.letters if each.audience == "customer" and each.step]
    assert to_customer == ["form-received", "chase-garments-1", "chase-garments-2"]
    assert life.case.state == "parked"


def test_staff_are_asked_again_however_often_the_customer_was_written_to() -> None:
    """The three hold for the customer alone."""
    rungs = [f"{n} working days | ask ask-garments" for n in range(1, 6)]
    life = Life(case("checking_garments", form=full_form()), ladder("checking_garments", *rungs))
    life.go_by(30 * DAY)
    assert life.said == ["ask-garments"] * 5


# ---- hours --------------------------------------------------------------------------------------------------


def test_weekends_and_bank_holidays_do_not_count() -> None:
    """From Thursday before Easter three working days end on the Thursday after: Good Friday and Monday are holidays."""
    life = form_gone_out(london(4, 2))
    life.go_by(30 * DAY)
    assert life.at("chase-form-1") == london(4, 9)


def test_letters_of_silence_wait_for_working_hours() -> None:
    """A form asked for on Saturday night: the count begins on Monday at eight, and no reminder leaves at night."""
    life = form_gone_out(london(3, 7, 23))
    life.go_by(30 * DAY)
    assert life.at("chase-form-1") == london(3, 12, 8)
    for at, what in life.log:
        if what != "parked":
            assert shipped().calendar.is_working(at)


def test_a_rung_that_came_due_while_the_shop_was_shut_waits_for_it_to_open() -> None:
    """Looked at on a Sunday only: nothing is written to anybody."""
    life = form_gone_out(london(3, 2))
    life.now = london(3, 15, 12)
    assert silence.due(life.case, shipped()).at < life.now  # type: ignore[union-attr]
    assert silence.ripe(life.case, shipped(), life.now) is None
    assert silence.ripe(life.case, shipped(), london(3, 16, 8)) is not None


def test_each_stores_own_hours_count() -> None:
    """Marylebone closes at seven, the desk at six: the store's ladder goes by the store's hours."""
    start = london(3, 2, 17, 30)
    own = Life(case("checking_garments", form=full_form(), entered_at=start, heard={}), now=start)
    assert silence.due(own.case, shipped()).at == london(3, 3, 8, 30)  # type: ignore[union-attr]
    default = Life(case("checking_garments", store="Chelsea", form=full_form(), entered_at=start, heard={}), now=start)
    assert silence.due(default.case, shipped()).at == london(3, 3, 9, 30)  # type: ignore[union-attr]


def test_summer_time_moves_no_letter_by_an_hour() -> None:
    """From Friday before the clocks change: at ten on the shop's clock, not at eleven."""
    life = form_gone_out(london(3, 27))
    life.go_by(20 * DAY)
    assert life.at("chase-form-1") == london(4, 1)


# ---- changed rules ------------------------------------------------------------------------------------------


def test_a_changed_rule_holds_for_open_cases_at_once() -> None:
    """Two days instead of three, in the file: the same case is due a day earlier."""
    sooner = process_of(ruling.files(process=("after: 3 working days", "after: 2 working days")))
    life = form_gone_out(london(3, 2))
    assert silence.due(life.case, shipped()).at == london(3, 5)  # type: ignore[union-attr]
    assert silence.due(life.case, sooner).at == london(3, 4)  # type: ignore[union-attr]


def test_entering_the_state_again_starts_its_ladder_afresh() -> None:
    """Parked, come back, the form again: the first reminder comes again, counted from then."""
    life = form_gone_out(london(3, 2))
    life.go_by(30 * DAY)
    assert life.case.state == "parked"
    back = life.now
    life.happen("customer_wrote", words="I am back.")
    assert life.case.state == "awaiting_form"
    assert life.case.fired == {}
    life.go_by(10 * DAY)
    assert [what for at, what in life.log if at > back] == ["chase-form-1"]


def test_a_rung_with_since_entered_does_not_care_who_wrote() -> None:
    """`since: entered`: counted from the state's start, whoever wrote in between."""
    rung = "    - after: 3 working days\n      send: chase-form-1"
    process = process_of(ruling.files(process=(rung, f"{rung}\n      since: entered")))
    life = form_gone_out(london(3, 2), process)
    life.case = replace(life.case, heard={"customer": london(3, 4)})
    assert silence.due(life.case, process).at == london(3, 5)  # type: ignore[union-attr]
    assert silence.due(life.case, shipped()).at == london(3, 9)  # type: ignore[union-attr]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 400), st.sampled_from(["write", "post", "nothing", "note", "form"])), max_size=8),
    st.sampled_from(["awaiting_form", "checking_garments", "awaiting_garments"]),
)
def test_whatever_happens_the_customer_is_never_pressed(happened: list[tuple[int, str]], state: str) -> None:
    """Any life: one unprompted letter a day, three without a mail of theirs, in working hours, none while one waits."""
    life = Life(case(state, form=full_form(where="not sure")))
    acts: dict[str, Callable[[], None]] = {
        "write": lambda: life.happen("customer_wrote", words="hello"),
        "post": lambda: setattr(life, "post_works", not life.post_works),
        "nothing": lambda: None,
        "note": lambda: life.happen("note_made", "till"),
        "form": lambda: life.happen("garments_missing", "till"),
    }
    for hours, act in happened:
        life.go_by(timedelta(hours=hours), 3 * HOUR)
        acts[act]()
    unprompted = [each for each in life.case.letters if each.audience == "customer" and each.step]
    days = [each.at.astimezone(LONDON).date() for each in unprompted]
    assert len(set(days)) == len(days)
    assert all(shipped().calendar.is_working(each.at, "Mon-Fri 8:00-19:00", "uk") for each in unprompted)
    mails = [mail.at for mail in life.case.mails if mail.party == "customer"]
    for each in unprompted:
        since = max((at for at in mails if at < each.at), default=MONDAY - DAY)
        assert sum(since < other.at <= each.at for other in unprompted) <= 3


# ---- in the desk --------------------------------------------------------------------------------------------


def test_a_changed_rule_holds_at_the_next_cycle(tmp_path: Path) -> None:
    """An admin shortens a deadline while a case waits: the next cycle goes by it, without a restart."""
    telling = Telling(MemoryWorld(tmp_path / "desk"))
    telling.tell({"steps": [{"anna writes": {}}, {"silent days": 1}]})
    file = tmp_path / "desk" / PROCESS
    file.write_text(file.read_text().replace("after: 3 working days", "after: 1 working day", 1))
    telling.act("later", "1 hour")
    assert [each.code for each in telling.world.letters()] == ["E2", "chase-form-1"]


def test_all_waiting_mail_is_taken_in_before_any_silence_fires(tmp_path: Path) -> None:
    """The filled form lies in the inbox when the reminder falls due: no reminder goes out."""
    telling = Telling(MemoryWorld(tmp_path / "desk"))
    telling.tell({"steps": [{"anna writes": {}}]})
    telling.now += 3 * DAY
    telling.act("anna fills in E2", {})
    assert "chase-form-1" not in [each.code for each in telling.world.letters()]


def _days(amount: int) -> Duration:
    return Duration(amount, "working days")
