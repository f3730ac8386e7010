"""Listing and reading the mails of the folder that is open, in answers of bounded size.

Always BODY.PEEK[], so that nothing is marked seen; always explicit ids, as imapclient cannot fetch a range. What is
not in an answer is gone: a server may also send rows that nobody asked for. RFC 3501 6.4.4, 6.4.5, 7.4.2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from imapclient.exceptions import IMAPClientError

from mailbot.adapters.imap_uids import FETCH_IDS, SEARCH_WINDOW, in_pieces_of, windows
from mailbot.adapters.memory import date_of
from mailbot.adapters.ports import Arrived

PIECE = 1_000_000  # bytes of one mail asked for at once; a 25 MB mail in one answer costs 134 MB of memory
WHOLE = "BODY.PEEK[]"
BATCH_MAILS = 50  # whole mails in one answer
NEEDLE = 900  # characters of a Message-ID searched for: all of any usual one, as Gmail finds whole ids only
AGES_AGO = datetime(1970, 1, 1, tzinfo=UTC)  # for a mail without a readable INTERNALDATE: too old to be answered


def live_uids(client: Any, exists: int) -> list[int]:
    """UIDs of all that is not flagged \\Deleted; large folders in windows, as imaplib takes lines of 1 MB at most.

    From the top down: a mail expunged meanwhile moves others into a window still to come, never into one done.
    """
    if exists <= SEARCH_WINDOW:
        return sorted(client.search("UNDELETED")) if exists else []
    found: set[int] = set()
    for low, high in windows(exists, SEARCH_WINDOW):
        found.update(client.search(f"{low}:{high} UNDELETED"))
    return sorted(found)


def arrivals(client: Any, uids: Sequence[int]) -> tuple[Arrived, ...]:
    """When each mail came and how large it is; one gone meanwhile is left out."""
    found = []
    for chunk in in_pieces_of(FETCH_IDS, uids):
        for uid, row in client.fetch(chunk, ["INTERNALDATE", "RFC822.SIZE"]).items():
            if b"RFC822.SIZE" in row:
                found.append(Arrived(uid, _utc(row.get(b"INTERNALDATE")), int(row[b"RFC822.SIZE"])))
    return tuple(sorted(found, key=lambda mail: mail.uid))


def dates(client: Any, uids: Sequence[int]) -> dict[int, datetime | None]:
    """The Date field of each mail, without the rest of it; None where it is absent or unreadable."""
    found: dict[int, datetime | None] = {}
    for chunk in in_pieces_of(FETCH_IDS, uids):
        for uid, row in client.fetch(chunk, ["BODY.PEEK[HEADER.FIELDS (DATE)]"]).items():
            field = next((value for key, value in row.items() if key.startswith(b"BODY[")), b"") or b""
            found[uid] = date_of(field)
    return found


def _utc(when: datetime | None) -> datetime:
    try:
        return when.astimezone(UTC) if when else AGES_AGO
    except (OverflowError, ValueError):  # a date at the edge of the calendar
        return AGES_AGO


def sizes(client: Any, uids: Sequence[int]) -> dict[int, int]:
    """Sizes of those that are still there, in the order asked for."""
    found: dict[int, int] = {}
    for chunk in in_pieces_of(FETCH_IDS, list(dict.fromkeys(uids))):
        for uid, row in client.fetch(chunk, ["RFC822.SIZE"]).items():
            if b"RFC822.SIZE" in row:
                found[uid] = int(row[b"RFC822.SIZE"])
    return found


def bodies(client: Any, uids: Sequence[int], sizes: Mapping[int, int], so_far: bytearray) -> dict[int, bytes]:
    """Whole mails; one larger than a piece comes alone, piece by piece, each put to `so_far`."""
    if len(uids) > 1 or sizes[uids[0]] <= PIECE:
        return at_once(client, uids)
    whole = whole_or_head(client, uids[0], so_far=so_far)
    return {} if whole is None else {uids[0]: whole}


def at_once(client: Any, uids: Sequence[int]) -> dict[int, bytes]:
    """Whole mails in one answer."""
    return whole_mails(client.fetch(uids, [WHOLE]))


def whole_mails(rows: Mapping[int, Mapping[bytes, Any]]) -> dict[int, bytes]:
    """What an answer to `WHOLE` holds."""
    return {uid: row[b"BODY[]"] or b"" for uid, row in rows.items() if b"BODY[]" in row}


def whole_or_head(client: Any, uid: int, limit: int | None = None, so_far: bytearray | None = None) -> bytes | None:
    """A mail up to its end or the limit; None if it is gone. A short piece is the end, as RFC822.SIZE may be wrong."""
    whole = bytearray() if so_far is None else so_far
    while limit is None or len(whole) < limit:
        wanted = PIECE if limit is None else min(PIECE, limit - len(whole))
        row = client.fetch([uid], [f"BODY.PEEK[]<{len(whole)}.{wanted}>"]).get(uid, {})
        pieces = [value for key, value in row.items() if key.startswith(b"BODY[")]
        if not pieces:
            return None
        piece = pieces[0] or b""
        whole += piece
        if len(piece) < wanted:
            break
    return bytes(whole)


def copy_away(client: Any, ids: Sequence[str], target: str) -> None:
    """MOVE for servers without it (RFC 6851 section 3.3): copy, flag, expunge just these.

    Without UIDPLUS an EXPUNGE takes every mail flagged \\Deleted, also those that a person flagged and may still want
    back. So it is given only when all that is flagged is ours; else ours stay flagged, and waiting() leaves them out.
    """
    client.copy(ids, target)
    client.add_flags(ids, [b"\\Deleted"], silent=True)  # silent: imapclient cannot read the answer to a range
    if client.has_capability("UIDPLUS"):
        client.uid_expunge(ids)
        return
    ours = set(client.search(f"UID {ids[0]}"))
    if set(client.search("DELETED")) <= ours:
        client.expunge()


def append_all(client: Any, target: str, mails: Sequence[tuple[bytes, datetime]]) -> None:
    """Put several mails into a folder, marked read, by one command: all or none (RFC 3502).

    Raises:
        IMAPClientError: the server refused them; imapclient itself passes over a NO here.
    """
    whole = [{"msg": raw, "flags": (b"\\Seen",), "date": at.astimezone(UTC)} for raw, at in mails]
    verdict, said = client.multiappend(target, whole)
    if verdict != "OK":
        raise IMAPClientError(f"APPEND failed: {b' '.join(said).decode('ascii', 'replace')}")


def with_id(client: Any, message_id: str) -> int | None:
    """The first mail of the open folder with exactly that Message-ID."""
    needle = _needle(message_id)
    if not needle:
        return None
    uids = sorted(client.search(f'HEADER Message-ID "{needle}"'))
    return next((uid for chunk in in_pieces_of(FETCH_IDS, uids) for uid in _same_id(client, chunk, message_id)), None)


def _needle(message_id: str) -> str:
    """The longest run of an id that a quoted string carries without escapes; what is found is compared in full."""
    safe = "".join(char if "!" <= char <= "~" and char not in '"\\' else " " for char in message_id)
    return max((run[:NEEDLE] for run in safe.split()), key=len, default="")


def _same_id(client: Any, uids: Sequence[int], message_id: str) -> Iterator[int]:
    """Those of these mails that have the id, folding and spaces apart (servers fold and unfold as they like)."""
    wanted = "".join(message_id.split())
    for uid, row in sorted(client.fetch(uids, ["BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"]).items()):
        for key, value in row.items():
            if key.startswith(b"BODY["):
                _, _, found = (value or b"").decode("utf-8", "replace").partition(":")
                if "".join(found.split()) == wanted:
                    yield uid
