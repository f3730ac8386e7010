"""The demo as pages for a browser: the timeline, one page a case, one page a mail. No network, no script.

What people wrote is only ever text to these pages: Jinja escapes every value, the HTML part of a mail stands in a
sandboxed frame, and the page's policy (CSP) forbids scripts and anything from the network, in the frame too.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from mailbot.cases.effects import KeepMail, SendLetter
from mailbot.cases.model import Entry
from mailbot.demo import ending, people
from mailbot.demo.moments import Moment
from mailbot.demo.script import ZONE
from mailbot.demo.story import Stage
from mailbot.demo.world import MAILS
from mailbot.insight.evidence import plainly

INDEX = "index.html"
_HEADERS = (
    "From", "To", "Reply-To", "Date", "Subject", "Message-ID", "In-Reply-To", "Auto-Submitted", "X-Mailbot-Case",
    "X-Mailbot-Letter", "Authentication-Results",
)  # fmt: skip
_MOST_LINES = 14  # of a rule, shown beside the letter that it sent
_MOST_ROWS = 12  # of a table, that need more room than their words: longer ones have long lines, guessed high already
# Pixels: a line, the space between two, of each button, of each row of a table, around it all.
_LINE, _GAP, _BUTTON, _ROW, _AIR = 26, 15, 16, 18, 90
_NARROW, _WIDE = 38, 72  # characters a line on a phone and on a desk


@dataclass(frozen=True, slots=True)
class Rule:
    """The row of a rule file that spoke: where it stands, and its words."""

    place: str
    lines: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One mail as its page shows it. before, after: the moments beside it in the case."""

    moment: Moment
    about: str
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    heights: tuple[int, int]  # pixels of the frame on a phone and on a desk
    why: tuple[str, ...]
    rule: Rule | None
    before: Moment | None = None
    after: Moment | None = None


def write(stage: Stage, moments: Sequence[Moment]) -> Path:
    """Write all pages beside the mails; where the first one is."""
    environment = _environment()
    folder = stage.world.folder / MAILS
    ended = ending.ended(stage)
    figures = list(ending.figures([moment for moment in moments if moment.at <= stage.script.last]))
    count = stage.script.week(stage.script.last)
    weeks = list(_weeks(stage, moments))
    first = folder / INDEX
    page = environment.get_template("index.html").render(weeks=weeks, count=count, ended=ended, figures=figures)
    first.write_text(page, encoding="utf-8")
    for one in ended:
        mine = [moment for moment in moments if moment.case == one.code]
        page = environment.get_template("case.html").render(case=one, moments=mine)
        (folder / f"{one.code}.html").write_text(page, encoding="utf-8")
    for sheet in _sheets(stage, moments):
        page = environment.get_template("mail.html").render(sheet=sheet, codes={one.code for one in ended})
        (folder / f"{sheet.moment.stem}.html").write_text(page, encoding="utf-8")
    return first


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("html")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["moment"] = lambda at: f"{_local(at):%A} {_local(at).day} {_local(at):%B, %H:%M}"
    environment.filters["hour"] = lambda at: f"{_local(at):%a} {_local(at).day}, {_local(at):%H:%M}"
    return environment


def _local(at: datetime) -> datetime:
    return at.astimezone(ZONE)


def _weeks(stage: Stage, moments: Sequence[Moment]) -> Iterator[tuple[int, date, date, list[Moment]]]:
    """(number, Monday, Sunday, moments) of each week."""
    for number in range(1, max(stage.script.week(moment.at) for moment in moments) + 1):
        monday = stage.script.first.date() + timedelta(weeks=number - 1)
        mine = [moment for moment in moments if stage.script.week(moment.at) == number]
        yield number, monday, monday + timedelta(days=6), mine


def _sheets(stage: Stage, moments: Sequence[Moment]) -> Iterator[Sheet]:
    mails = {letter.stem: letter.mail for letter in stage.world.letters}
    mails |= {taken.stem: taken.mail for taken in stage.world.taken}
    records = {each.stem: each.record for each in stage.world.taken}
    entries = _entries(entry for case in stage.world.cases() for entry in stage.world.history(case.code))
    with_mail = [moment for moment in moments if moment.stem]
    for moment in with_mail:
        mail, record = mails[moment.stem], records.get(moment.stem)
        entry = entries.get(str(mail["Message-ID"]).strip())
        text, page = people.words(mail), people.html(mail)
        row = [each for each in with_mail if moment.case and each.case == moment.case]
        at = row.index(moment) if row else 0
        yield Sheet(
            moment=moment,
            about=stage.world.process.letters[moment.code]["en"].about if moment.code else "",
            headers=tuple((name, str(mail[name])) for name in _HEADERS if mail[name]),
            text=text,
            html=page,
            heights=(_height(text, page, _NARROW), _height(text, page, _WIDE)),
            why=tuple(map(plainly, entry.why if entry else record.why if record else ())),
            rule=_rule(stage.world.folder, entry.rule) if entry else None,
            before=row[at - 1] if at else None,
            after=row[at + 1] if at + 1 < len(row) else None,
        )


def _entries(history: Iterable[Entry]) -> Mapping[str, Entry]:
    """Message-ID -> the step that sent the letter, or that the mail led to; the first one counts."""
    found: dict[str, Entry] = {}
    for entry in history:
        for effect in entry.effects:
            if isinstance(effect, SendLetter | KeepMail):
                found.setdefault(effect.message_id.strip(), entry)
    return found


def _height(text: str, page: str, characters: int) -> int:
    """Room for the whole letter, so that nobody scrolls in a frame: guessed from its words, buttons and tables."""
    lines = (_LINE * (1 + len(line) // characters) if line else _GAP for line in text.splitlines())
    taps = page.count("mailto:") * _BUTTON * (2 if characters < _WIDE else 1)
    return _AIR + taps + min(page.count("<tr"), _MOST_ROWS) * _ROW + sum(lines)


def _rule(folder: Path, place: str) -> Rule | None:
    """The row that spoke, from its file: the line named, and what is indented below it."""
    file, _, number = place.rpartition(":")
    if not (number.isdigit() and (folder / file).is_file()):
        return None
    lines = (folder / file).read_text(encoding="utf-8").splitlines()[int(number) - 1 :]
    deep = _depth(lines[0])
    below = list(_while_deeper(lines[1:], deep))[: _MOST_LINES - 1]
    return Rule(place, textwrap.dedent("\n".join([lines[0].replace("- ", "  ", 1), *below])))


def _while_deeper(lines: Sequence[str], deep: int) -> Iterator[str]:
    for line in lines:
        if line.strip() and _depth(line) <= deep:
            return
        yield line


def _depth(line: str) -> int:
    return len(re.match(r" *", line)[0])  # type: ignore[index]  # it always matches
