"""`mailbot show`: one case on one page. Pure; what it means is `mailbot why`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailbot.cases import money
from mailbot.cases.model import Case, Entry
from mailbot.cases.silence import party_awaited
from mailbot.insight.coming import coming
from mailbot.insight.happenings import about, name_of, role_name, status
from mailbot.insight.listing import headline
from mailbot.insight.moments import Moments
from mailbot.insight.noted import label, missing
from mailbot.insight.overview import has_ended, overdue_since
from mailbot.insight.sheet import BLANK, Bit, Column, Line, Table, labelled, line, words
from mailbot.insight.steps import steps
from mailbot.insight.why import PRIVATE
from mailbot.process.model import Process

_LEVELS = {"standard": "", "": ""}  # what need not be said


def page(case: Case, history: Sequence[Entry], process: Process, moments: Moments) -> Iterator[Line | Table]:
    """The whole page, for a person."""
    yield from headline(case, process)
    yield BLANK
    yield from _waits(case, process, moments)
    yield from _head(case, process, moments)
    yield from _form(case, process)
    yield from _letters(case, process, moments)
    yield from _mails(case, process, moments)
    yield from _notes(case, moments)
    yield from _history(case, history, process, moments)


def _waits(case: Case, process: Process, moments: Moments) -> Iterator[Line]:
    party = party_awaited(case, process)
    if party and not has_ended(case, process):
        since = f", since {moments.moment(case.entered_at)}" if case.entered_at else ""
        overdue = overdue_since(case, process)
        again = Bit(f"; ! overdue since {moments.moment(overdue)}", "bad") if overdue else ""
        yield labelled("waits for", role_name(party), since, again)
    then = coming(case, process, moments)
    yield labelled("next", then.what, ".")


def _head(case: Case, process: Process, moments: Moments) -> Iterator[Line]:
    customer, approval = case.customer, case.approval
    kind = (case.category, _LEVELS.get(case.level, case.level), "asks for money" if case.claim else "")
    known = {
        "customer": ", ".join(filter(None, (customer.name, customer.address, customer.phone))) or "not known yet",
        "store": case.store,
        "owner": case.owner,
        "kind": ", ".join(filter(None, kind)),
        "opened": f"{moments.moment(case.opened_at)}, {moments.age(case.opened_at)} ago" if case.opened_at else "",
        "approved": f"{money.shown(approval.amount, process.compensation.sign)} ({approval.letter}), by {approval.by}, "
        f"{moments.moment(approval.at)}"
        if approval
        else "",
    }
    yield from (labelled(name, value) for name, value in known.items() if value)


def _form(case: Case, process: Process) -> Iterator[Line]:
    form = case.form
    yield BLANK
    state = Bit("complete", "good") if form.complete else Bit("not complete", "doubt")
    yield line(Bit("Form", "strong"), ": ", state)
    filled = [(label(field), form.values[field.id]) for field in process.form if form.values.get(field.id)]
    gap = min(max((len(name) for name, _ in filled), default=0) + 2, 30)
    yield from (labelled(name, value, gap=gap) for name, value in filled)
    if form.missing:
        yield labelled("missing", Bit(missing(form, process), "doubt"), gap=max(gap, len("missing") + 2))


def _letters(case: Case, process: Process, moments: Moments) -> Iterator[Line | Table]:
    if not case.letters:
        return
    yield BLANK
    yield line(Bit("Letters", "strong"))
    rows = []
    for letter in case.letters:
        said, style = status(letter.status)
        when = moments.short(letter.sent_at or letter.at)
        name = name_of(letter.to, letter.audience, case, process)
        told = words(Bit(said, style), " ", when)
        rows.append((words(letter.letter), words(name), words(Bit(about(letter.letter, process), "quiet")), told))
    columns = (Column("letter"), Column("to", 8), Column("about", 12, cut=True), Column("", 12))
    yield Table(columns, tuple(rows), indent=2)


def _mails(case: Case, process: Process, moments: Moments) -> Iterator[Line | Table]:
    if not case.mails:
        return
    yield BLANK
    yield line(Bit("Mails that came", "strong"))
    rows = [
        (words(moments.short(mail.at)), words(mail.sender), words(Bit(mail.kind.replace("_", " "), "quiet")))
        for mail in case.mails
    ]
    yield Table((Column(""), Column("", 12), Column("", 10)), tuple(rows), indent=2)


def _notes(case: Case, moments: Moments) -> Iterator[Line]:
    if not case.notes:
        return
    yield BLANK
    yield line(Bit("Notes", "strong"), Bit(f" ({PRIVATE})", "doubt"))
    for note in case.notes:
        at = moments.short(note.at)
        yield labelled(at, f"{note.name or note.by}: {note.words}", gap=len(at) + 2)


def _history(case: Case, history: Sequence[Entry], process: Process, moments: Moments) -> Iterator[Line | Table]:
    yield BLANK
    yield line(Bit("History", "strong"), Bit(f" (why, and by which rule: mailbot why {case.code})", "quiet"))
    rows = []
    for step in steps(case, history, process, moments):
        goes = Bit(f" -> {step.title}", "strong") if step.goes else ""
        rows.append((words(moments.short(step.at)), words(step.what, goes)))
    if rows:
        yield Table((Column(""), Column("", 20)), tuple(rows), indent=2)
