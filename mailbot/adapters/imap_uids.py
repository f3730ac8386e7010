"""How lists of UIDs are cut, so that every command line and every answer stays within bounds. PURE.

imapclient never shortens a list, and a range ("1:*") breaks its FETCH and STORE. RFC 7162 section 4 and RFC 2683
3.2.1.5: command lines of at most 8,192 octets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

LINE = 7_800  # octets of ids in one command, the folder's name and the rest apart
FETCH_IDS = 700  # ids of ten digits, each with a comma, below LINE
SEARCH_WINDOW = 50_000  # UIDs of ten digits in one SEARCH answer: below imaplib's 1,000,000 octets a line


def in_pieces_of(count: int, uids: Sequence[int]) -> Iterator[Sequence[int]]:
    """The list in pieces of at most `count`."""
    for start in range(0, len(uids), count):
        yield uids[start : start + count]


def windows(exists: int, width: int) -> Iterator[tuple[int, int]]:
    """Sequence numbers 1 to `exists` as (low, high), from the top down."""
    for high in range(exists, 0, -width):
        yield max(1, high - width + 1), high


def batches(sizes: Mapping[int, int], most: int, most_bytes: int) -> Iterator[list[int]]:
    """UIDs in batches of at most `most` mails and `most_bytes` bytes; a larger mail comes alone."""
    batch: list[int] = []
    weight = 0
    for uid, size in sizes.items():
        if batch and (len(batch) >= most or weight + size > most_bytes):
            yield batch
            batch, weight = [], 0
        batch.append(uid)
        weight += size
    if batch:
        yield batch


def uid_sets(uids: Sequence[int], line: int = LINE) -> Iterator[str]:
    """The UIDs as sequence sets ("3:7,9"), each short enough for one command; nothing but the UIDs given is in them."""
    parts: list[str] = []
    length = 0
    for low, high in _runs(sorted(set(uids))):
        part = str(low) if low == high else f"{low}:{high}"
        if parts and length + len(part) + 1 > line:
            yield ",".join(parts)
            parts, length = [], 0
        parts.append(part)
        length += len(part) + 1
    if parts:
        yield ",".join(parts)


def _runs(uids: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Neighbours as (first, last)."""
    start = previous = None
    for uid in uids:
        if previous is not None and uid == previous + 1:
            previous = uid
            continue
        if start is not None and previous is not None:
            yield start, previous
        start = previous = uid
    if start is not None and previous is not None:
        yield start, previous
