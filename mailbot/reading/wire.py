"""How mails, rules and what was read travel between the desk and its reading process: frames over one socket.

A frame is one byte for what it is, eight for its length, and the bytes. Rules and answers are pickled. An answer is
taken apart by a reader that makes values of our own and dates, and nothing else: bytes of strangers were parsed where
it was made, and pickle would run whatever it names. So far, and no further, the reading process is trusted.
"""

from __future__ import annotations

import copyreg
import io
import pickle
import struct
import sys
from collections.abc import Mapping
from dataclasses import is_dataclass, replace
from functools import cache
from typing import Any, NoReturn

from mailbot.cases.identity import Identity
from mailbot.cases.intake import Intake
from mailbot.mail.model import Message
from mailbot.process.expression import Expression
from mailbot.process.model import Process
from mailbot.reading.plain import Unreadable

HEAD = struct.Struct("!cQ")
RULES, MAIL, BEGINNING = b"R", b"M", b"B"  # to the reading process; a beginning is a mail of which not all was fetched
SEEN, FAILED = b"S", b"F"  # from it
OUR_VALUES = ("mailbot.mail.", "mailbot.cases.", "mailbot.process.")
PLAIN_VALUES = {("datetime", name) for name in ("datetime", "date", "time", "timedelta", "timezone")}


def packed_rules(process: Process | None, identity: Identity) -> bytes:
    """The rules and who we are, without the key: reading proves nothing. The conditions of rows stay behind.

    Args:
        process: None = those that the reading process was forked with.
    """
    packed = io.BytesIO()
    pickler = pickle.Pickler(packed, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = {**copyreg.dispatch_table, Expression: _as_source}
    pickler.dump((process, replace(identity, key=b"")))
    return packed.getvalue()


def unpacked_rules(packed: bytes) -> tuple[Process | None, Identity]:
    """What packed_rules packed, from our own parent."""
    process, identity = pickle.loads(packed)  # noqa: S301  (the desk wrote it)
    return process, identity


def packed_seen(intake: Intake) -> bytes:
    """What was read; the desk has the bytes of the mail."""
    return pickle.dumps(replace(intake, message=_bare(intake.message)), pickle.HIGHEST_PROTOCOL)


def packed_failure(message: Message, why: str) -> bytes:
    """A mail that could be parsed and not understood: a mistake of ours."""
    return pickle.dumps((_bare(message), why), pickle.HIGHEST_PROTOCOL)


def unpacked(kind: bytes, packed: bytes, raw: bytes) -> Intake | Unreadable:
    """The answer about the mail with these bytes.

    Raises:
        Exception: of any kind; it is no answer.
    """
    found = _OurValues(io.BytesIO(packed)).load()
    if kind == SEEN and isinstance(found, Intake):
        return replace(found, message=replace(found.message, raw=raw))
    message, why = found
    return Unreadable(replace(message, raw=raw), str(why))


def _bare(message: Message) -> Message:
    return replace(message, raw=b"")


def _as_source(condition: Expression) -> tuple[Any, ...]:
    """A condition is closures, which do not travel; reading asks none, and would be told so."""
    return Expression, (condition.source, condition.names, _not_here)


def _not_here(facts: Mapping[str, Any]) -> NoReturn:
    raise RuntimeError("the conditions of rules are not known where mail is read")


class _OurValues(pickle.Unpickler):
    """Makes our own frozen values and dates."""

    def find_class(self, module: str, name: str) -> Any:
        return _our_value(module, name)


@cache
def _our_value(module: str, name: str) -> type:
    found = None
    if module.startswith(OUR_VALUES) or (module, name) in PLAIN_VALUES:
        found = getattr(sys.modules.get(module), name, None)
    if not isinstance(found, type) or not (is_dataclass(found) or module == "datetime"):
        raise pickle.UnpicklingError(f"{module}.{name} is no value of a mail")
    return found
