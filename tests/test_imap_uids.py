"""How lists of UIDs are cut into commands."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mailbot.adapters.imap_uids import batches, in_pieces_of, uid_sets, windows

uids = st.lists(st.integers(1, 2**32 - 1) | st.integers(1, 60), max_size=80)


def spelled_out(uid_set: str) -> list[int]:
    """What a server understands by "3:5,9"."""
    found: list[int] = []
    for part in uid_set.split(","):
        low, _, high = part.partition(":")
        found.extend(range(int(low), int(high or low) + 1))
    return found


@given(uids, st.integers(25, 200))
def test_uid_sets_hold_exactly_the_uids(given_uids: list[int], line: int) -> None:
    """Every UID is in one set, no other is in any (a mail beside a moved one never moves), and no set is too long."""
    sets = list(uid_sets(given_uids, line))
    assert sorted(uid for one in sets for uid in spelled_out(one)) == sorted(set(given_uids))
    assert all(len(one) <= line for one in sets)


def test_a_whole_inbox_is_one_short_set() -> None:
    """5,000 neighbours take one command; 5,000 that are no neighbours take a few, not one that servers refuse."""
    assert list(uid_sets(range(1, 5001))) == ["1:5000"]
    assert len(list(uid_sets(range(1, 10_000, 2)))) == 4


@given(st.dictionaries(st.integers(1, 999), st.integers(0, 50)), st.integers(1, 5), st.integers(1, 60))
def test_batches(sizes: dict[int, int], most: int, most_bytes: int) -> None:
    """Batches keep the order, lose nothing, and are too large only where a single mail is."""
    cut = list(batches(sizes, most, most_bytes))
    assert [uid for batch in cut for uid in batch] == list(sizes)
    assert all(0 < len(batch) <= most for batch in cut)
    assert all(len(batch) == 1 or sum(sizes[uid] for uid in batch) <= most_bytes for batch in cut)


@given(st.integers(0, 300), st.integers(1, 50))
def test_windows(exists: int, width: int) -> None:
    """Windows cover all sequence numbers once, from the top down."""
    cut = list(windows(exists, width))
    assert [n for low, high in reversed(cut) for n in range(low, high + 1)] == list(range(1, exists + 1))
    assert all(high - low < width for low, high in cut)
    assert cut == sorted(cut, reverse=True)


@given(st.lists(st.integers()), st.integers(1, 9))
def test_pieces(numbers: list[int], count: int) -> None:
    """Pieces put together are the list."""
    cut = list(in_pieces_of(count, numbers))
    assert [n for piece in cut for n in piece] == numbers
    assert all(0 < len(piece) <= count for piece in cut)
