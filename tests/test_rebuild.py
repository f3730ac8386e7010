"""The mailbox is the record: state thrown away is made again from the mailbox alone, equal field by field.

After every story; with letters that had not left; with mails and letters the journal does not name yet; and never
from a journal that somebody changed.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailbot import journal
from mailbot.adapters.ledger import Commit, Ledger, MemoryLedger
from mailbot.adapters.ports import JOURNAL, SENT
from mailbot.adapters.tinydb_ledger import FILE
from mailbot.assembly import mailbox_of, rulebook_of
from mailbot.cases.record import case_to_json, entry_to_json
from mailbot.desk import Desk
from mailbot.errors import JournalBroken
from mailbot.firing import HELD, VERSION
from mailbot.first_start import ASKED_ADMIN, FIRST_START
from mailbot.intaking import LEFT
from mailbot.rebuild import fold_journal, take_in_unnamed
from tests.servers import Dovecot, SmtpSink, User
from tests.story import ACTORS, COMPLAINT, START, Telling, load, stories
from tests.worlds import MemoryWorld, RealWorld
from tests.writing import new_mail

KEY = b"k" * 32  # MemoryWorld's
STATUSES = ("queued", "sending", "in_doubt", "sent", "filed", "failed", "held")
ALL = [pytest.param(file, id=file.stem) for file in stories()]
# On real servers: everything good; parked and back; something held; silence and a call.
REAL = [file for file in stories() if file.stem[:2] in ("01", "05", "08", "14")]
LONG = 12  # steps: making the state again after each one of a longer story takes too long for what it adds
# Only trying again is forgotten: a letter that waits is tried at once by the new state.
TRYING = ("attempts", "next_at", "error")
# Meta that matters; what is in hand or moving is empty between two cycles.
META = (FIRST_START, VERSION, HELD, ASKED_ADMIN, LEFT, journal.HEAD)


def state_of(ledger: Ledger) -> dict[str, Any]:
    """Everything the desk remembers, as comparable values."""
    cases = list(ledger.cases())
    rows = [asdict(row) for row in ledger.outbox(STATUSES, 100_000)]
    return {
        "cases": [case_to_json(case) for case in cases],
        "history": {case.code: [entry_to_json(entry) for entry in ledger.history(case.code)] for case in cases},
        "due": {case.code: ledger.next_due(case.code) for case in cases},
        "mails": [asdict(mail) for mail in ledger.mails()],
        "outbox": [{key: value for key, value in row.items() if key not in TRYING} for row in rows],
        "meta": {key: ledger.meta(key) for key in META},
    }


def made_again(world: MemoryWorld) -> MemoryLedger:
    """The state from the world's mailbox, and the world's desk on it."""
    ledger = MemoryLedger()
    fold_journal(world.mailbox, ledger, KEY, world.process)
    rulebook = rulebook_of(world.settings, keep=True)
    desk = Desk(world.settings, KEY, rulebook, ledger, world.mailbox, world.post, lambda: world.now)
    take_in_unnamed(world.mailbox, ledger, desk, [])
    world.ledger, world.desk = ledger, desk
    return ledger


def assert_same(found: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Field by field, so that a difference is named."""
    for part in wanted:
        assert found[part] == wanted[part], part


def told(tmp_path: Path, *steps: dict[str, Any], **desk: str) -> Telling:
    """A story told in memory."""
    telling = Telling(MemoryWorld(tmp_path / "desk", **desk))
    telling.tell({"steps": steps})
    return telling


# ---- after every story --------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", ALL)
def test_state_is_made_again_equal_field_by_field(file: Path, tmp_path: Path) -> None:
    """After the story cases, histories, mails, outbox, due times, meta come back from the mailbox; nothing is sent."""
    story = load(file)
    telling = told(tmp_path, *story["steps"], **story.get("desk", {}))
    world = telling.world
    before, sent = state_of(world.ledger), len(world.letters())
    assert before["cases"] or not any("expect" in step and step["expect"].get("cases") for step in story["steps"])
    assert_same(state_of(made_again(world)), before)
    telling.cycle()
    telling.cycle()
    assert len(world.letters()) == sent
    assert_same(state_of(world.ledger), before)


@pytest.mark.parametrize("file", ALL)
def test_a_story_goes_on_over_a_lost_state_as_if_nothing_had_happened(file: Path, tmp_path: Path) -> None:
    """State lost and made again after every step (of a long story every third): it still holds, to the last letter."""
    story = load(file)
    telling = Telling(MemoryWorld(tmp_path / "desk", **story.get("desk", {})))
    telling.tell({"steps": []})
    for number, step in enumerate(story["steps"], start=1):
        for action, what in step.items():
            try:
                telling.act(action, what)
            except AssertionError as error:
                raise AssertionError(f"step {number}, {action}: {error}") from error
        if len(story["steps"]) <= LONG or number % 3 == 0:
            made_again(telling.world)


@pytest.mark.parametrize("file", [pytest.param(file, id=file.stem) for file in REAL])
def test_rebuild_as_a_command_on_real_servers(
    file: Path, tmp_path: Path, dovecot: Dovecot, mailbox_user: User, sink: SmtpSink
) -> None:
    """`mailbot rebuild` with state/ deleted, on Dovecot: equal field by field, exit 0; the next cycle sends nothing."""
    story = load(file)
    world = RealWorld(tmp_path / "desk", dovecot, mailbox_user, sink, **story.get("desk", {}))
    telling = Telling(world)
    telling.tell(story)
    before, sent = state_of(world.ledger), len(world.letters())
    shutil.rmtree(world.settings.state_folder)
    done = rebuild_command(world.folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 mails that the journal does not name" in done.stdout
    assert_same(state_of(world.ledger), before)
    telling.cycle()
    assert len(world.letters()) == sent
    assert_same(state_of(world.ledger), before)


def rebuild_command(folder: Path) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "mailbot.cli", "rebuild", "--desk", str(folder)]
    return subprocess.run(program, capture_output=True, text=True, timeout=120, check=False)


# ---- letters that had not left ------------------------------------------------------------------------------


def test_letters_that_wait_keep_their_bytes_and_go_out_once(tmp_path: Path) -> None:
    """A letter the server put off is in the new outbox with the same bytes, and leaves exactly once."""
    telling = told(tmp_path)
    world = telling.world
    world.post.later = {"anna@customer.test"}
    telling.act("anna writes", {})
    waiting = world.ledger.outbox(("queued",), 10)
    assert [row.letter for row in waiting] == ["E2"]
    before = state_of(world.ledger)
    assert_same(state_of(made_again(world)), before)
    assert [row.raw for row in world.ledger.outbox(("queued",), 10)] == [waiting[0].raw]
    world.post.later = set()
    telling.cycle()
    telling.cycle()
    assert [letter.raw for letter in world.letters()] == [waiting[0].raw]


def test_letters_queued_while_no_server_answered_survive_on_real_servers(
    tmp_path: Path, dovecot: Dovecot, mailbox_user: User, sink: SmtpSink
) -> None:
    """SMTP down, then the state lost: the letter is in the new outbox with the same bytes and goes out once."""
    world = RealWorld(tmp_path / "desk", dovecot, mailbox_user, sink)
    telling = Telling(world)
    telling.cycle()
    sink.mail_answer = "451 4.3.0 try again later"
    telling.act("anna writes", {})
    (waiting,) = world.ledger.outbox(("queued",), 10)
    before = state_of(world.ledger)
    shutil.rmtree(world.settings.state_folder)
    assert rebuild_command(world.folder).returncode == 0
    assert_same(state_of(world.ledger), before)
    sink.mail_answer = ""
    telling.now += timedelta(minutes=5)
    telling.cycle()
    telling.cycle()
    assert [letter.message_id for letter in world.letters()] == [waiting.message_id]
    assert world.letters()[0].raw.rstrip() == waiting.raw.rstrip()
    assert [row.status for row in world.ledger.outbox(STATUSES, 10)] == ["filed"]


def test_a_letter_refused_for_good_stays_refused(tmp_path: Path) -> None:
    """A failed letter comes back failed, with its bytes, and is not tried again."""
    telling = told(tmp_path)
    world = telling.world
    world.post.refuse = {"anna@customer.test": "550 5.1.1 no such user"}
    telling.act("anna writes", {})
    before = state_of(world.ledger)
    assert "failed" in [row["status"] for row in before["outbox"]]
    assert_same(state_of(made_again(world)), before)
    world.post.refuse = {}
    sent = len(world.letters())
    telling.cycle()
    assert len(world.letters()) == sent


def test_a_bounced_letter_stays_sent(tmp_path: Path) -> None:
    """A letter that came back was sent all the same: its row is filed, the case's letter failed, nothing is resent."""
    telling = told(tmp_path, {"anna writes": {}})
    world = telling.world
    world.deliver(_bounce_of(telling.last("E2").message_id), telling.now.astimezone(UTC))
    telling.cycle()
    before = state_of(world.ledger)
    assert before["cases"][0]["letters"][0]["status"] == "failed"
    assert before["outbox"][0]["status"] == "filed"
    assert_same(state_of(made_again(world)), before)


def test_a_letter_sent_after_the_last_journal_mail_is_recorded_as_sent(tmp_path: Path) -> None:
    """Queued in the journal, found in Sent: sent in the case too (its silence counts), never sent again."""
    telling = told(tmp_path)
    world = telling.world
    world.post.later = {"anna@customer.test"}
    telling.act("anna writes", {})
    kept = journal_mails(world)
    world.post.later = set()
    telling.now += timedelta(minutes=5)
    telling.cycle()
    before = state_of(world.ledger)
    lose_journal_after(world, kept)
    after = state_of(made_again(world))
    assert (after["cases"], after["outbox"], after["due"]) == (before["cases"], before["outbox"], before["due"])
    telling.cycle()
    assert [letter.code for letter in world.letters()] == ["E2"]


# ---- what the journal does not name -------------------------------------------------------------------------


def test_mails_that_the_journal_does_not_name_are_taken_in(tmp_path: Path) -> None:
    """State lost before the cycle's journal mail: the mails are decided again, their letters found in Sent."""
    telling = told(tmp_path)
    world = telling.world
    kept = journal_mails(world)
    telling.act("anna writes", {})
    telling.act("anna fills in E2", {})
    telling.act("till replies to ask-garments", "yes")
    before, sent = state_of(world.ledger), len(world.letters())
    lose_journal_after(world, kept)
    after = state_of(made_again(world))
    for part in ("mails", "outbox", "due"):
        assert after[part] == before[part], part
    (case, was), letters = (after["cases"][0], before["cases"][0]), ("state", "customer", "form", "letters", "store")
    assert {key: case[key] for key in letters} == {key: was[key] for key in letters}
    telling.cycle()
    assert len(world.letters()) == sent
    head = world.ledger.meta(journal.HEAD)
    assert_same(state_of(made_again(world)), {**state_of(world.ledger), "meta": {**after["meta"], journal.HEAD: head}})


ODD = 'A hole. Very unhappy.\u2028line\u2029para\x85nel\x0bvt\x0cff\x1crs\ufeffbom \U0001f457 \\ " none \ud800'


def test_any_character_of_a_customer_survives_the_journal(tmp_path: Path) -> None:
    """What Python takes for line ends, controls, emoji and half characters neither break nor change a line."""
    telling = told(tmp_path)
    raw = _mail("anna", "My dress", telling.now, 1) + ODD.encode("utf-8", "surrogatepass")
    telling.deliver(raw)
    assert "hole" in telling.world.ledger.history(next(telling.world.ledger.cases()).code)[0].event.data["words"]
    before = state_of(telling.world.ledger)
    assert_same(state_of(made_again(telling.world)), before)


def test_mails_the_journal_does_not_name_and_whose_letters_never_left_are_answered_once(tmp_path: Path) -> None:
    """Taken in and moved, then everything died before sending: the letter is queued by the rebuild and leaves once."""
    telling = told(tmp_path)
    world = telling.world
    kept = journal_mails(world)
    telling.act("anna writes", {})
    lose_journal_after(world, kept)
    world.mailbox.folders[SENT].mails.clear()
    world.post.sent.clear()
    made_again(world)
    telling.cycle()
    telling.cycle()
    assert [letter.code for letter in world.letters()] == ["E2"]


def test_a_reminder_sent_after_the_last_journal_mail_is_not_sent_again(tmp_path: Path) -> None:
    """A letter of silence that is in Sent and in no journal has fired: the next cycle does not repeat it."""
    telling = told(tmp_path, {"anna writes": {}}, {"silent days": 2})
    world = telling.world
    kept = journal_mails(world)
    telling.act("silent days", 2)
    assert [letter.code for letter in world.letters()] == ["E2", "chase-form-1"]
    lose_journal_after(world, kept)
    made_again(world)
    telling.act("silent days", 1)
    assert [letter.code for letter in world.letters()] == ["E2", "chase-form-1"]
    telling.act("silent days", 20)
    assert [letter.code for letter in world.letters()] == ["E2", "chase-form-1", "chase-form-2"]


def test_a_journal_that_is_gone_whole_never_floods_anybody(tmp_path: Path) -> None:
    """With no journal at all the cases are made from the mails; what is in Sent is not sent again, under any number."""
    story = load(next(file for file in stories() if file.stem.startswith("05")))
    telling = told(tmp_path, *story["steps"])
    world = telling.world
    sent, codes = len(world.letters()), [case.code for case in world.ledger.cases()]
    lose_journal_after(world, 0)
    made_again(world)
    telling.cycle()
    assert [letter.code for letter in world.letters()[sent:]] == []
    assert [case.code for case in world.ledger.cases()] == codes


def test_old_mail_and_the_admins_word_survive(tmp_path: Path) -> None:
    """Old mail left in the inbox, and that the desk waits (or no longer waits) for the admin, come back."""
    world = MemoryWorld(tmp_path / "desk")
    telling = Telling(world)
    for n in range(51):
        world.deliver(_mail("ben", f"Old {n}", START - timedelta(days=30), n), START - timedelta(days=30))
    telling.cycle()
    asked = {key: world.ledger.meta(key) for key in (FIRST_START, ASKED_ADMIN, LEFT)}
    assert asked[ASKED_ADMIN] is True
    assert len(asked[LEFT]["uids"]) == 51
    made_again(world)
    assert {key: world.ledger.meta(key) for key in asked} == asked
    telling.act("ada replies to alert", "go on")
    telling.now += timedelta(days=1)
    telling.cycle()
    before, sent = state_of(world.ledger), len(world.letters())
    assert before["meta"][ASKED_ADMIN] is None
    assert_same(state_of(made_again(world)), before)
    telling.cycle()
    assert len(world.letters()) == sent


# ---- the journal itself -------------------------------------------------------------------------------------


def test_lines_written_twice_round_a_crash_count_once(tmp_path: Path) -> None:
    """The journal mail was appended and the crash came before the commit: the lines stand there twice, with more."""
    telling = told(tmp_path, {"anna writes": {}})
    world = telling.world
    head = world.ledger.meta(journal.HEAD)
    telling.act("anna fills in E2", {})
    last = max(world.mailbox.folders[JOURNAL].mails)
    lines = [line for page in journal.read(world.mailbox, KEY) for line in page.lines if page.n == head["n"] + 1]
    assert lines
    # The crash: the head is the one before, and the same lines wait again, with what happened since.
    again = tuple(json.dumps(line) for line in lines if "letter" not in line)
    world.ledger.commit(Commit(journal=again, meta={journal.HEAD: head}), {})
    telling.act("till replies to ask-garments", "yes")
    assert max(world.mailbox.folders[JOURNAL].mails) > last
    before = state_of(world.ledger)
    assert_same(state_of(made_again(world)), before)


def _changed(raw: bytes) -> bytes:
    head, _, body = raw.partition(b"\r\n\r\n")
    at = len(body) // 2
    other = b"B" if body[at : at + 1] != b"B" else b"C"
    return head + b"\r\n\r\n" + body[:at] + other + body[at + 1 :]


def _renumbered(raw: bytes) -> bytes:
    return raw.replace(b"X-Mailbot-Journal: 2", b"X-Mailbot-Journal: 3")


def _unsigned(raw: bytes) -> bytes:
    return b"\r\n".join(line for line in raw.split(b"\r\n") if not line.startswith(b"X-Mailbot-Journal-Mac"))


@pytest.mark.parametrize("harm", [_changed, _renumbered, _unsigned, lambda raw: b"Subject: hello\r\n\r\nhello\r\n"])
def test_a_changed_or_forged_journal_mail_is_refused(harm: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """One byte changed, another number, no signature, a foreign mail: nothing is rebuilt."""
    telling = told(tmp_path, {"anna writes": {}}, {"anna fills in E2": {}})
    mails = telling.world.mailbox.folders[JOURNAL].mails
    at, raw = mails[2]
    mails[2] = (at, harm(raw))
    assert mails[2][1] != raw
    with pytest.raises(JournalBroken):
        made_again(telling.world)


def test_a_forged_mail_beside_true_ones_is_refused(tmp_path: Path) -> None:
    """A page made with another key, well formed in all else, is refused."""
    telling = told(tmp_path, {"anna writes": {}})
    world = telling.world
    ledger = MemoryLedger()
    line = '{"mail": {"key": "k", "message_id": "", "sender": "", "at": "2026-03-02T10:00:00Z", "fate": "case"}}'
    ledger.commit(Commit(journal=(line,), meta={journal.HEAD: world.ledger.meta(journal.HEAD)}), {})
    journal.write(ledger, world.mailbox, b"another key" * 3, "customercare@shop.test", world.now)
    with pytest.raises(JournalBroken):
        made_again(world)


@pytest.mark.parametrize("lost", [1, 2])
def test_a_journal_mail_that_is_lost_is_noticed(lost: int, tmp_path: Path) -> None:
    """The first or a middle mail gone: refused, naming where."""
    telling = told(tmp_path, {"anna writes": {}}, {"anna fills in E2": {}}, {"till replies to ask-garments": "yes"})
    mails = telling.world.mailbox.folders[JOURNAL].mails
    assert len(mails) > 2
    del mails[lost]
    with pytest.raises(JournalBroken, match=str(lost + 1)):
        made_again(telling.world)


def test_the_order_of_mails_in_the_folder_does_not_matter(tmp_path: Path) -> None:
    """A server that lists the journal in another order changes nothing: the chain gives the order."""
    telling = told(tmp_path, {"anna writes": {}}, {"anna fills in E2": {}}, {"till replies to ask-garments": "yes"})
    folder = telling.world.mailbox.folders[JOURNAL]
    before = state_of(telling.world.ledger)
    folder.mails = dict(zip(folder.mails, reversed(folder.mails.values()), strict=True))
    assert_same(state_of(made_again(telling.world)), before)


def test_a_broken_journal_leaves_the_old_state_and_exits_1(
    tmp_path: Path, dovecot: Dovecot, mailbox_user: User, sink: SmtpSink
) -> None:
    """`mailbot rebuild` on a forged journal: one line on stderr, exit 1, the state as it was, and the desk works on."""
    world = RealWorld(tmp_path / "desk", dovecot, mailbox_user, sink)
    telling = Telling(world)
    telling.tell({"steps": [{"anna writes": {}}]})
    before = state_of(world.ledger)
    mailbox = mailbox_of(world.settings)
    ((_, raw), *_) = mailbox.all(JOURNAL)
    mailbox.append(JOURNAL, _changed(raw), datetime.now(UTC))
    mailbox.close()
    done = rebuild_command(world.folder)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "journal" in done.stderr
    assert "Traceback" not in done.stderr
    assert_same(state_of(world.ledger), before)
    assert [file.name for file in world.settings.state_folder.glob("*.db")] == [FILE]
    telling.act("anna fills in E2", {})
    assert telling.newest()["state"] == "checking_garments"


def test_the_old_state_is_kept_beside_the_new_one(
    tmp_path: Path, dovecot: Dovecot, mailbox_user: User, sink: SmtpSink
) -> None:
    """Rebuilding over a state that is there keeps it under another name; nothing is deleted."""
    world = RealWorld(tmp_path / "desk", dovecot, mailbox_user, sink)
    Telling(world).tell({"steps": [{"anna writes": {}}]})
    before = state_of(world.ledger)
    done = rebuild_command(world.folder)
    assert done.returncode == 0
    assert len(list(world.settings.state_folder.glob("before-rebuild-*.db"))) == 1
    assert_same(state_of(world.ledger), before)


# ---- the world ----------------------------------------------------------------------------------------------


def journal_mails(world: MemoryWorld) -> int:
    """The newest UID of the journal."""
    return max(world.mailbox.folders[JOURNAL].mails, default=0)


def lose_journal_after(world: MemoryWorld, uid: int) -> None:
    """As if the state had been lost before these journal mails were written."""
    folder = world.mailbox.folders[JOURNAL]
    folder.mails = {key: mail for key, mail in folder.mails.items() if key <= uid}


def _mail(who: str, subject: str, at: datetime, number: int) -> bytes:
    name, address = ACTORS[who]
    return new_mail(address, name, subject, COMPLAINT["text"], at, number)


def _bounce_of(message_id: str) -> bytes:
    return (
        "From: MAILER-DAEMON@customer.test\r\nTo: customercare@shop.test\r\nSubject: Undelivered\r\n"
        "Return-Path: <>\r\nMessage-ID: <b1@customer.test>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nIt did not arrive.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; customer.test\r\n\r\n"
        "Final-Recipient: rfc822; anna@customer.test\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\n\r\n--b--\r\n"
    ).encode()
