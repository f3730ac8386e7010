"""Rules and people: what `mailbot check` finds, counted, and what no check of a file can see: is anybody there?

No network. It decides what is a placeholder of the shipped files (RFC 2606: example domains are nobody's).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from mailbot.adapters.files import read_rule_files
from mailbot.doctor.examined import Examined
from mailbot.doctor.findings import Finding, ok, warning, wrong
from mailbot.errors import Problem, RulesError
from mailbot.process.compensation import Compensation
from mailbot.process.model import Process
from mailbot.process.people import People, Person
from mailbot.rulebook import examine

PEOPLE = "rules/people.yaml"
ROLES = ("admin", "care", "operations", "va")  # a till belongs to a store and is asked after there
SHOWN = 3  # problems in full; `mailbot check` lists all
EXAMPLES = ("example.com", "example.net", "example.org")


def look(examined: Examined) -> Iterator[Finding]:
    """The files first; who and what they name only where they can be read."""
    settings = examined.settings
    problems: tuple[Problem, ...]
    try:
        files = read_rule_files(settings.folder)
        examined.process, problems = examine(files, settings.desk.timezone, settings.desk.written)
    except RulesError as error:
        problems = error.problems
    yield _files(problems)
    if examined.process is not None:
        yield from said_by(examined.process, settings.desk.mode == "live", examined.local.date())


def said_by(process: Process, live: bool, today: date) -> Iterator[Finding]:
    """Who and what the rules name, in a process that can be used."""
    yield from _people(process.people, live)
    yield from _stores(process.people)
    yield _compensation(process.compensation)
    yield from _calendars(process, today)


def is_placeholder(address: str) -> bool:
    """Whether an address or a server's name is only an example."""
    host = address.rpartition("@")[2].casefold()
    return host.endswith(".example") or any(host == each or host.endswith(f".{each}") for each in EXAMPLES)


def _files(problems: tuple[Problem, ...]) -> Finding:
    severe = [problem for problem in problems if problem.severe]
    shown = [str(problem) for problem in (severe or problems)[:SHOWN]]
    more = [f"… and {len(severe or problems) - SHOWN} more"] if len(severe or problems) > SHOWN else []
    if severe:
        found = f"{_count(len(severe), 'error')} in the rules and letters"
        do = "mend them; `mailbot check` lists all. A desk that has started before keeps its last good rules"
        return wrong("rules", found, do, *shown, *more)
    if problems:
        return warning("rules", _count(len(problems), "warning"), "`mailbot check` lists all", *shown, *more)
    return ok("rules", "rules and letters are in order")


def _people(people: People, live: bool) -> Iterator[Finding]:
    nobody = [role for role in ROLES if not people.reach(role)]
    if nobody:
        do = f"give the role to somebody with an address in {PEOPLE}"
        yield wrong("roles", f"nobody who can be written to is {' or '.join(nobody)}", do)
    mute = [person.name for person in people.people if not person.addresses]
    if mute:
        found = f"{_names(mute)} {'has' if len(mute) == 1 else 'have'} no address"
        yield warning("people", f"{found}: they get no letters and can answer none", f"add `address:` in {PEOPLE}")
    examples = [person for person in people.people if any(map(is_placeholder, person.addresses))]
    if examples:
        yield _examples(examples, live)
    if not (nobody or mute or examples):
        yield ok("people", f"{_count(len(people.people), 'person', 'people')}, each with an address; no role is empty")


def _examples(people: list[Person], live: bool) -> Finding:
    """Letters to example addresses reach nobody; the admin's are the ones that tell when something is wrong."""
    lost = [f"{person.name} ({', '.join(person.roles)}): {', '.join(person.addresses)}" for person in people]
    do = f"write the real addresses into {PEOPLE}"
    still = (
        f"{_count(len(people), 'address is', 'addresses are')} still {'an example' if len(people) == 1 else 'examples'}"
    )
    if live or any("admin" in person.roles for person in people):
        who = "" if live else ", also the admin's, who gets the letters to customers while rehearsing"
        return wrong("people", still + who, do, *lost)
    return warning("people", still, do, *lost)


def _stores(people: People) -> Iterator[Finding]:
    staffed = {person.store for person in people.people if "till" in person.roles and person.addresses}
    without = [name for name in people.stores if name not in staffed]
    if without:
        found = f"{_names(without)} {'has' if len(without) == 1 else 'have'} no till that can be asked about garments"
        yield warning("stores", found, f"add a person with `roles: [till]` and `store:` in {PEOPLE}")
    elif people.stores:
        yield ok("stores", f"{_count(len(people.stores), 'store')}, each with a till")


def _compensation(table: Compensation) -> Finding:
    rows = len(table.goodwill)
    open_rows = rows - len(table.confirmed & set(table.goodwill))
    if not open_rows:
        return ok("compensation", f"all {_count(rows, 'row')} are confirmed")
    return warning(
        "compensation",
        f"{open_rows} of {_count(rows, 'row')} not confirmed: there no offer leaves by the table, and whoever approves "
        "must state the amount (`approve 60`)",
        "agree on the amounts in rules/compensation.yaml, then set `confirmed: true`",
    )


def _calendars(process: Process, today: date) -> Iterator[Finding]:
    """Public holidays go on by themselves; days written by hand end, and nobody notices."""
    calendars = process.calendar.calendars
    ended = []
    for name, opening in calendars.items():
        days = opening.closed | opening.open
        if days and max(days) < today:
            ended.append(f"{name or 'default'}: the last day listed is {max(days):%d %b %Y}")
    bare = [name or "default" for name, opening in calendars.items() if not (opening.holidays or opening.closed)]
    if ended:
        do = "add the days to come under `closed:` and `open:` in rules/calendar.yaml, or take the old ones out"
        yield warning("calendar", "days off that are listed by hand have all passed", do, *ended)
    if bare:
        found = f"{_names(bare)} knows no holidays: deadlines count them as working days"
        yield warning("calendar", found, "name a region under `holidays:` in rules/calendar.yaml, such as GB-ENG")
    if not (ended or bare):
        yield ok("calendar", f"{_count(len(calendars), 'calendar')}, with holidays")


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _names(names: list[str]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]
