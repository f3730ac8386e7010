"""How log lines look: text for people, text for systemd's journal, JSON for programs.

One record is one line, whatever stands in it: control characters, line breaks and what turns writing round are taken
out, so that nothing a server answers can forge a line or paint the terminal. Of what libraries log only the place is
told: some of them quote the mail. Of an exception that nobody foresaw, kind and place.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from mailbot import environment, logs

NOTE = "note"  # something of ours that is no fate of a mail or letter
STDERR = 2  # the file, whatever Python has made of it
LONGEST = 2_000  # characters of one value; a server's answer is shorter
_PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))  # sd-daemon(3)


def begin(form: str, level: int | None = None) -> None:
    """From here on log in that form, to stderr; also what nobody caught, in any thread.

    Args:
        form: text or json.
        level: None leaves it as it is.
    """
    ours, handler = logging.getLogger(logs.NAME), _ToStderr()
    handler.setFormatter(_formatter(form))
    ours.setLevel(level if level is not None else ours.getEffectiveLevel())
    for other in logging.root.handlers[:]:
        if type(other) in (logging.StreamHandler, _ToStderr):  # the one for commands, and an earlier one of ours
            logging.root.removeHandler(other)
    logging.root.addHandler(handler)
    logging.root.setLevel(logging.WARNING)  # libraries' chatter is left out
    sys.excepthook = _uncaught
    threading.excepthook = lambda caught: _uncaught(caught.exc_type, caught.exc_value, caught.exc_traceback)


class _ToStderr(logging.Handler):
    """Each record in one write, to whatever stderr is then. Where nobody listens any more, nothing is said."""

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.write(f"{self.format(record)}\n")
            sys.stderr.flush()


def _uncaught(kind: type[BaseException], error: BaseException | None, at: TracebackType | None) -> None:
    if error is not None and issubclass(kind, Exception):
        logs.mistake(error)
    else:
        sys.__excepthook__(kind, error or kind(), at)


def _formatter(form: str) -> logging.Formatter:
    if form == "json":
        return JsonLines()
    return JournalLines() if environment.goes_to_journal(STDERR) else TextLines()


class TextLines(logging.Formatter):
    """2026-03-02 10:30:00Z INFO letter sent: case=BLANC-4K7QD2M letter=E2"""

    def format(self, record: logging.LogRecord) -> str:
        return f"{_moment(record):%Y-%m-%d %H:%M:%S}Z {record.levelname} {_in_words(record)}"


class JournalLines(logging.Formatter):
    """<6>letter sent: case=BLANC-4K7QD2M letter=E2 (the journal knows the time, and takes the number for priority)."""

    def format(self, record: logging.LogRecord) -> str:
        priority = next((number for level, number in _PRIORITIES if record.levelno >= level), 7)
        return f"<{priority}>{_in_words(record)}"


class JsonLines(logging.Formatter):
    """{"at": "2026-03-02T10:30:00.000Z", "level": "info", "event": "sent", "case": "BLANC-4K7QD2M", "letter": "E2"}"""

    def format(self, record: logging.LogRecord) -> str:
        fate, _, facts = _told(record)
        at = _moment(record).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = {"at": at, "level": record.levelname.lower(), "event": fate}
        return json.dumps({**line, **{name: _short(value) for name, value in facts.items()}})


def _in_words(record: logging.LogRecord) -> str:
    fate, words, facts = _told(record)
    if fate in (NOTE, logs.trouble.__name__):
        return _clean(str(facts["what"]))
    told = " ".join(f"{name}={_as_text(value)}" for name, value in facts.items())
    return f"{words}: {told}" if told else words


def _told(record: logging.LogRecord) -> tuple[str, str, Mapping[str, object]]:
    """(fate, words, facts) of a record; a library's own words are kept back, for they may quote a mail."""
    fate, words, facts = (getattr(record, name, None) for name in ("fate", "words", "facts"))
    if isinstance(fate, str) and isinstance(words, str) and isinstance(facts, Mapping):
        return fate, words, facts
    if record.name == logs.NAME and not record.exc_info:
        return NOTE, "", {"what": record.getMessage()}
    found: dict[str, object] = {"name": record.name, "at_line": f"{Path(record.pathname).name}:{record.lineno}"}
    if record.exc_info and record.exc_info[1]:
        found |= {"error": type(record.exc_info[1]).__name__, "at_line": logs.place(record.exc_info[1])}
    return "library", "a library has something to say", found


def _as_text(value: object) -> str:
    text = _clean(str(value)) if not isinstance(value, bool) else str(value).lower()
    return text if text and not any(char in ' "=' for char in text) else json.dumps(text, ensure_ascii=False)


def _clean(text: str) -> str:
    """Printable and on one line: no line breaks, escape codes, marks that turn the direction of writing."""
    return "".join(char if char.isprintable() else " " for char in text[:LONGEST])


def _short(value: object) -> object:
    return value if isinstance(value, int | float | bool) else _clean(str(value))


def _moment(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)
