"""A new desk folder: settings and people from what was answered, the shipped rules and letters, the secret.

It never overwrites: a file that is there stays as it is, and is named. All that is asked has been asked before the
first byte is written. mailbot.toml comes last: as long as it is missing there is no desk yet, so whoever was
interrupted is asked again, and gets a whole one.
"""

from __future__ import annotations

import shlex
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mailbot.adapters.files import read_rule_files, read_secret, write_new
from mailbot.answers import Answers
from mailbot.errors import MailbotError
from mailbot.first_files import PASSWORD_FILE, people_text, placeholders, settings_text
from mailbot.process.load_letters import SOURCE
from mailbot.settings import FILE

_PACKAGED = Path(__file__).parent / "shipped"  # in a wheel
_CHECKOUT = Path(__file__).parent.parent  # in an editable install or a clone
PEOPLE = "rules/people.yaml"
CALENDAR = "rules/calendar.yaml"
SECRET = "secret"  # noqa: S105  (the name of the file, not what is in it)
PRIVATE = 0o600
# What the files are that somebody may want to open first.
TOLD = {FILE: "who the desk is, and its servers", PEOPLE: "who is who", PASSWORD_FILE: "for your eyes only"}
MOST_NAMED = 3
# The zones whose holidays the shipped calendar has.
BRITISH = ("Europe/London", "Europe/Belfast", "Europe/Jersey", "Europe/Guernsey", "Europe/Isle_of_Man", "GB")


@dataclass(slots=True)
class _Written:
    """What was made, and what was there already; names relative to the desk folder."""

    made: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def shipped() -> Path:
    """The folder with the shipped rules/ and templates/."""
    return _PACKAGED if (_PACKAGED / "rules").is_dir() else _CHECKOUT


def found(folder: Path, answers: Answers | None = None) -> Iterator[str]:
    """Make a desk folder, and say in a few lines what was done and what to do next.

    What is there already stays as it is; what was not answered gets a marked placeholder.
    Raises:
        MailbotError: the folder cannot be written to.
    """
    answers = answers or Answers()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "state").mkdir(exist_ok=True)
        texts = _texts(folder, answers)
        written = _Written()
        fresh = not (folder / SECRET).exists()
        read_secret(folder / SECRET)
        for name, text in texts.items():
            _write(folder, name, text, written)
    except OSError as error:
        raise MailbotError(f"{folder}: cannot make a desk here: {error.strerror or error}") from None
    yield from _told(folder, written, fresh)
    yield from _unused(answers, written)
    yield from _still_to_do(folder, answers, {name: texts[name] for name in written.made})
    yield from next_steps(folder, answers)


def _texts(folder: Path, answers: Answers) -> dict[str, str]:
    """Every file of a new desk but the secret, in the order in which they are written: its name -> what is in it."""
    source = shipped()
    texts = dict(read_rule_files(source, _languages(folder, answers)))
    texts[PEOPLE] = people_text(answers, texts[PEOPLE])
    beside = bool(answers.password) and _stands_alone(folder, answers.password)
    if beside and not (folder / FILE).exists():
        texts[PASSWORD_FILE] = answers.password + "\n"
    texts[FILE] = settings_text(answers, beside)
    return texts


def _languages(folder: Path, answers: Answers) -> tuple[str, ...]:
    """Those of a desk that is there already, so that the letters of one that was added to it are written too."""
    try:
        desk = tomllib.loads((folder / FILE).read_text(encoding="utf-8")).get("desk", {})
    except FileNotFoundError:
        return (*answers.languages, SOURCE)
    except (OSError, ValueError):
        return (SOURCE,)
    listed = desk.get("languages") or [desk.get("language") or SOURCE] if isinstance(desk, dict) else [SOURCE]
    # English always: staff's letters of a language that has none are taken from it.
    return tuple(dict.fromkeys((*map(str, listed), SOURCE))) if isinstance(listed, list) else (SOURCE,)


def _stands_alone(folder: Path, password: str) -> bool:
    """Whether the password can lie in a file of its own: what is read from one is stripped, and another is kept."""
    if password != password.strip():
        return False
    file = folder / PASSWORD_FILE
    return not file.exists() or (file.is_file() and file.read_bytes() == f"{password}\n".encode())


def _write(folder: Path, name: str, text: str, written: _Written) -> None:
    target = folder / name
    if target.exists():
        written.kept.append(name)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    write_new(target, text, PRIVATE if name in (FILE, PASSWORD_FILE) else 0o644)
    written.made.append(name)


def _told(folder: Path, written: _Written, fresh: bool) -> Iterator[str]:
    """What was made and kept: the important files by name, the others by count."""
    for name in TOLD:
        if name in written.made:
            yield f"made {folder / name}: {TOLD[name]}"
    rules = [name for name in written.made if name.startswith("rules/") and name not in TOLD]
    letters = [name for name in written.made if name.startswith("templates/")]
    for kind, names in (("rule files", rules), ("letters and their layout", letters)):
        if names:
            yield f"made {folder / names[0].partition('/')[0]}/: {len(names)} {kind}"
    if written.kept:
        named = [name for name in TOLD if name in written.kept] or written.kept[:MOST_NAMED]
        others = len(written.kept) - len(named)
        more = f" and {others} more" if others else ""
        yield f"kept {', '.join(named)}{more} as they are: init never overwrites"
    if fresh or FILE in written.made:  # whoever was interrupted has not read it yet
        done = "made" if fresh else "kept"
        yield f"{done} {folder / SECRET}. BACK IT UP: without it no reference in letters already sent can be checked"


def _unused(answers: Answers, written: _Written) -> Iterator[str]:
    """What was answered for a file that was there already."""
    if FILE in written.kept and (answers.address or answers.languages):
        yield f"What you said of the desk and its servers was not used, since {FILE} was there already."
    if PEOPLE in written.kept and (answers.people or answers.stores):
        yield f"The people and stores you named were not used, since {PEOPLE} was there already."


def _still_to_do(folder: Path, answers: Answers, made: Mapping[str, str]) -> Iterator[str]:
    """What a person has to fill in by hand before the desk can work."""
    lines = []
    if waiting := placeholders(made.get(FILE, "")):
        lines.append(f"  {folder / FILE}: {', '.join(waiting)}")
    if PEOPLE in made:
        unnamed = not answers.people and answers.stores is None
        waiting = ["everybody"] if unnamed else placeholders(made[PEOPLE])
        if waiting:
            lines.append(f"  {folder / PEOPLE}: {', '.join(waiting)}")
    if CALENDAR in made and answers.timezone and answers.timezone not in BRITISH:
        lines.append(f"  {folder / CALENDAR}: the holidays, which are those of England")
    if lines:
        yield ""
        yield "Still to fill in by hand:"
        yield from lines


def next_steps(folder: Path, answers: Answers) -> Iterator[str]:
    """The commands that come next, ready to copy."""
    desk = f"--desk {shlex.quote(str(folder))}"
    steps = [("login", "sign in at the provider, once")] if answers.oauth2 else []
    steps += [
        ("doctor", "tries every connection, and says what is wrong"),
        ("once", "what it would do with the mail that is there"),
        ("run", "the service; a new desk rehearses: letters to customers go to the admin"),
    ]
    yield ""
    yield "Next:"
    lines = [(f"mailbot {name} {desk}" + (" --dry-run" if name == "once" else ""), told) for name, told in steps]
    wide = max(len(command) for command, _ in lines)
    for command, told in lines:
        yield f"  {command:<{wide}}   # {told}"
