"""What the ledger writes as documents, and under which keys each is found again.

Decides the shape of a document where cases/record.py does not (mails, outbox, due times, meta), and the table
of keys. It never touches a disk. A change here that old files do not fit raises sqlite_file.FORMAT.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter

from mailbot.adapters.keyed_documents import Doc, Key, Keys
from mailbot.adapters.ledger import OutboxRow
from mailbot.cases.candidates import keys_of
from mailbot.cases.query import MailRecord
from mailbot.cases.taking_part import addresses_of

CASES, ENTRIES, MAILS, OUTBOX, RAW = "cases", "entries", "mails", "outbox", "raw"
DUE, JOURNAL, META, COUNTERS = "due", "journal", "meta", "counters"

UNCOUNTED = ("held", "failed")  # letters that reached nobody and do not count against the brakes
NEVER_OPENED = "None"  # sorts after every time, as MemoryLedger has it
BETWEEN = "\x1f"  # sorts before every character of a code

_MAIL = TypeAdapter(MailRecord)
_ROW = TypeAdapter(OutboxRow)


def sortable(at: datetime) -> str:
    """A time so that text sorts as time does: UTC, always with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def mail_to_json(mail: MailRecord) -> dict[str, Any]:
    """A mail record as JSON values."""
    found: dict[str, Any] = _MAIL.dump_python(mail, mode="json")
    return found


def mail_from_json(value: Doc) -> MailRecord:
    """The record written by `mail_to_json`."""
    return _MAIL.validate_python(value)


def row_to_json(row: OutboxRow) -> dict[str, Any]:
    """An outbox row without its bytes: marking a letter sent must not write those again."""
    found: dict[str, Any] = _ROW.dump_python(row, mode="json", exclude={"raw"})
    return found


def raw_to_json(raw: bytes) -> dict[str, Any]:
    """A letter's bytes, each as the character of that number (latin-1).

    Letters are nearly all 7-bit, so this costs 3 % (CR and LF are two characters in JSON) where base64 costs
    33 %, and whoever opens the file can read them. Any bytes come back as they were.
    """
    return {"raw": raw.decode("latin-1")}


def row_from_json(value: Doc, raw: Doc) -> OutboxRow:
    """The row written by `row_to_json` and `raw_to_json`."""
    return _ROW.validate_python({**value, "raw": raw["raw"].encode("latin-1")})


def due_to_json(code: str, at: datetime) -> dict[str, Any]:
    """When the case's next silence is due."""
    return {"case": code, "at": at.isoformat()}


def due_from_json(value: Doc) -> datetime:
    """The time written by `due_to_json`."""
    return datetime.fromisoformat(value["at"])


def entry_id(case: str, number: int) -> str:
    """The document of one history entry; in order of ids, a case's entries stand together and in theirs."""
    return f"{case}/{number:06d}"


def entry_ids(case: str) -> tuple[str, str]:
    """Between which ids all entries of the case stand."""
    return f"{case}/", f"{case}0"  # "0" is the character after "/"


def line_id(number: int) -> str:
    """The document of one journal line; ids sort as numbers do."""
    return f"{number:012d}"


def _case_keys(case: Doc) -> Iterator[Key]:
    opened = case["opened_at"]
    when = sortable(datetime.fromisoformat(opened)) if opened else NEVER_OPENED
    sort = f"{when}{BETWEEN}{case['code']}"
    yield Key("case.opened", "", sort)
    yield Key("case.state", case["state"], sort)
    yield Key("case.address", case["customer"]["address"].casefold(), sort)
    if case["outcome"] and case["form"]["values"].get("problem"):
        yield Key("case.ended", case["form"]["values"]["problem"], sort)
    for kept in (*case["letters"], *case["mails"]):
        yield Key("case.message_id", kept["message_id"], sort)
    yield from (Key("case.near", key, sort) for key in _near_keys(case))


def _near_keys(case: Doc) -> Iterable[str]:
    """The rough keys by which likeness finds the case, as `candidates.on_file` gives them of the case itself."""
    customer, values, facts = case["customer"], case["form"]["values"], case["facts"]
    senders = addresses_of(((mail["party"], mail["sender"]) for mail in case["mails"]), facts)
    return keys_of(
        (customer["address"], *senders),
        (customer["name"], values.get("name", "")),
        (customer["phone"], values.get("phone", "")),
        values.get("ticket", ""),
    )


def _outbox_keys(row: Doc) -> Iterator[Key]:
    at = sortable(datetime.fromisoformat(row["at"]))
    next_at = sortable(datetime.fromisoformat(row["next_at"]))
    yield Key("outbox.status", row["status"], f"{at}{BETWEEN}{row['case']}{BETWEEN}{row['n']:09d}", next_at)
    if row["status"] not in UNCOUNTED:
        yield Key("outbox.to", row["to"].casefold(), at)
        if row["audience"] == "customer":
            yield Key("outbox.customer", "", at)


def _due_keys(due: Doc) -> Iterator[Key]:
    yield Key("due", "", f"{sortable(due_from_json(due))}{BETWEEN}{due['case']}")


def _no_keys(_: Doc) -> Iterator[Key]:
    """Entries are found by their ids, which begin with their case's code."""
    return iter(())


KEYS: Mapping[str, Keys] = {CASES: _case_keys, ENTRIES: _no_keys, OUTBOX: _outbox_keys, DUE: _due_keys}
