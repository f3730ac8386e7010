"""The demo is the first thing a newcomer sees: it must go as told, and leave what it promises."""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import threading
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser
from itertools import takewhile
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from click.testing import CliRunner

from mailbot.cli import main
from mailbot.demo import people, script
from mailbot.demo.layout import Layout
from mailbot.demo.moments import Moment
from mailbot.demo.run import play
from mailbot.demo.script import Person
from mailbot.demo.telling import PAUSES, Teller
from tests.demo_picture import COLUMNS, FILE, drawn, shown
from tests.demo_run import Run, run

ANNA = Person("Anna", "Anna Smith", "anna@customer.example")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run of the whole demo, for all tests of all workers."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    kept = shared / "demo.json"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            found = run(shared / "demo")
            kept.write_text(json.dumps([found.status, found.printed, found.complained, found.folder]))
        return Run(*json.loads(kept.read_text()))


@pytest.fixture(scope="session")
def cases(demo: Run) -> dict[str, dict[str, Any]]:
    """The complaints that the demo left, as `mailbot cases` lists them, by the customer's name."""
    options = ["cases", "--json", "--full", "--desk", demo.folder]
    found = map(json.loads, CliRunner().invoke(main, options).stdout.splitlines())
    return {case["customer"]["name"]: case for case in found}


# ---- the story ----------------------------------------------------------------------------------------------

# What must be seen in the timeline, line after line; other lines may stand between.
FLOWS = {
    "solved in the store": ["→ from the till .*“Solved”", "← to   Grace .*E1", "case Grace .*put right in the store"],
    "form, E3, assessed, approved": [
        "→ from Anna .*hole", "← to   Anna .*E2", "→ from Anna .*form", "← to   the till .*ask-garments",
        "→ from the till .*One tap", "← to   Anna .*E3", "→ from Lucy .*Clear error", "← to   Mathilde .*ask-approval",
        "→ from Mathilde .*Approve", "← to   Anna .*CL1",
    ],
    "CL1 declined, CL2 accepted, paid": [
        "← to   Anna .*CL1", "→ from Anna .*No, thank you", "→ from Mathilde .*Approve", "← to   Anna .*CL2",
        "→ from Anna .*I accept", "← to   the VA .*ask-payment", "→ from the VA .*paid BACS", "case Anna .*settled",
        "← to   Anna .*follow-up-1", "case Anna .*closed",
    ],
    "garments missing, then here": [
        "→ from the till .*No, it is not here", "← to   Chloe .*E4", "← to   Chloe .*chase-garments-1",
        "→ from the till .*Arrived", "← to   Chloe .*garments-here", "case Chloe .*repaired",
    ],
    "chased, parked, back for money": [
        "← to   Ben .*chase-form-1", "← to   Ben .*chase-form-2", "case Ben .*parked", "→ from Ben .*compensation",
        "← to   Ben .*E2-again", "why: NO COMPENSATION WITHOUT COMPLAINT FORM", "case Ben .*explained",
    ],
    "a promise without the form": [
        "→ from the till .*£50 voucher", "← to   the till .*held", "why: NO COMPENSATION", "← to   David .*reply",
    ],
    "a vacation reply": ["→ from Priya .*Her mail program", "why: a machine wrote it"],
    "which case is it": ["→ from Arjun", "← to   the VA .*ask-case", "→ from the VA .*Priya's case", "← to   Mathilde"],
}  # fmt: skip


def test_the_demo_ends_well(demo: Run) -> None:
    """Exit 0 and not a word on stderr: all that story.yaml says of the end holds."""
    assert (demo.status, demo.complained) == (0, "")


@pytest.mark.parametrize("flow", FLOWS)
def test_each_flow_is_in_the_timeline(flow: str, demo: Run) -> None:
    """A reader sees each of them happen, in order."""
    lines = iter(demo.lines)
    for wanted in FLOWS[flow]:
        assert any(re.search(wanted, line) for line in lines), f"{wanted} is missing, or comes too early"


def test_eight_weeks_in_columns(demo: Run) -> None:
    """A heading a week; no line is wider than the terminal; every mail has day, hour, sign and word."""
    heads = [line for line in demo.lines if line.startswith("Week ")]
    assert [head.split(",")[0] for head in heads] == [f"Week {n}" for n in range(1, 9)]
    story = demo.lines[: demo.lines.index("To look at")]
    assert max(map(len, story)) <= COLUMNS
    mails = [line for line in story if "→" in line or "←" in line][1:]
    assert all(re.match(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [ \d]\d \d\d:\d\d (→ from|← to  ) \w", line) for line in mails)


def test_live_it_takes_less_than_a_minute(demo: Run) -> None:
    """With its pauses, of which work takes a part, the story takes 35 to 50 seconds and a few for start and end."""
    signs = {"→ from": "in", "← to": "out", "· case": "state", "why:": "why", "Week": "week", "Easter": "note"}
    kinds = [kind for line in demo.lines for sign, kind in signs.items() if sign in line[:20]]
    assert 35 < sum(PAUSES[kind] for kind in kinds) < 50


# ---- the ledger ---------------------------------------------------------------------------------------------


def test_the_ledger_says_the_same(cases: dict[str, dict[str, Any]]) -> None:
    """Six complaints, each with the end that was told, by the letters that were told."""
    ends = {name.split()[0]: (case["state"], case["outcome"]) for name, case in cases.items()}
    assert ends == {
        "Grace": ("closed", "in_store"),
        "Anna": ("closed", "accepted_cl2"),
        "Ben": ("closed", "explained"),
        "Chloe": ("closed", "repaired"),
        "David": ("closed", "accepted_cl1"),
        "Priya": ("closed", "accepted_cl1"),
    }
    ben = [letter["letter"] for letter in cases["Ben Jones"]["letters"] if letter["to"].startswith("ben@")]
    assert ben == ["E2", "chase-form-1", "chase-form-2", "E2-again", "E3", "explained"]


def test_the_promise_never_reached_the_customer(cases: dict[str, dict[str, Any]], demo: Run) -> None:
    """The voucher of the till is held, the till is told which word held it, and David reads nothing of it."""
    letters = cases["David Okafor"]["letters"]
    assert [letter["status"] for letter in letters if letter["letter"] == "reply"] == ["held", "sent"]
    (told,) = demo.mails.glob("*-held-to-*.eml")
    assert "The words that held it back: voucher" in _text(told)
    assert not any("voucher" in _text(file) for file in demo.mails.glob("*-to-David.eml"))


def test_the_strangers_mail_joined_the_case_that_a_person_chose(cases: dict[str, dict[str, Any]], demo: Run) -> None:
    """Arjun's mail is on Priya's case, and nothing was ever written to him."""
    assert "arjun.shah@bank.example" in [mail["from"] for mail in cases["Priya Shah"]["mails"]]
    assert not list(demo.mails.glob("*-to-Arjun*"))
    assert not list(demo.mails.glob("*-to-somebody*"))


def test_letters_are_answered_as_people_do(demo: Run) -> None:
    """A form comes back in the quoted letter, by its Message-ID; a tap sends what the button's link says."""
    e2, form = _mail(demo, "*-E2-to-Anna.eml"), _mail(demo, "003*", "*-from-Anna.eml", "silk dress, green")
    assert form["In-Reply-To"] == e2["Message-ID"]
    assert "> Garment: silk dress, green" in people.words(form)
    question, tap = _mail(demo, "*-ask-garments-to-the-till.eml"), _mail(demo, "*-from-the-till.eml", "yes\n")
    assert tap["In-Reply-To"] is None
    assert tap["Subject"] == f"Re: {question['Subject']}"
    assert people.words(tap).startswith("yes\n\nref ")


def _mail(demo: Run, *wanted: str) -> Any:
    """The first mail whose file has that name, or (of those) that has those words."""
    *_, pattern, words = (*wanted, "") if len(wanted) == 1 else wanted
    for file in sorted(demo.mails.glob(pattern)):
        mail = message_from_bytes(file.read_bytes(), policy=default)
        if words in people.words(mail):  # type: ignore[arg-type]
            return mail
    raise AssertionError(f"no mail {wanted}")


def _text(file: Path) -> str:
    return people.words(message_from_bytes(file.read_bytes(), policy=default))  # type: ignore[arg-type]


# ---- what it leaves -----------------------------------------------------------------------------------------


def test_it_says_what_to_look_at(demo: Run, cases: dict[str, dict[str, Any]]) -> None:
    """The end names the pages, the folder, and the commands for one case; what it names is there."""
    end = demo.lines[demo.lines.index("To look at") :]
    assert f"    {demo.mails / 'index.html'}" in end
    assert any(re.search(rf"why {cases['Ben Jones']['case']} --desk {re.escape(demo.folder)}", line) for line in end)
    for command in ("cases", "show", "why"):
        typed = next(line for line in end if f"mailbot {command} " in line).partition(f" {command} ")[2].split()
        assert CliRunner().invoke(main, [command, *typed]).exit_code == 0


class Seen(HTMLParser):
    """Tags and links of a page; what a sandboxed frame holds is an attribute to it, as it is to a browser."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_every_mail_has_its_page_and_every_link_leads_somewhere(demo: Run) -> None:
    """One page a mail, all named in index.html; no page links into nothing, or to the network."""
    pages = {file.name: Seen(file.read_text(encoding="utf-8")) for file in demo.mails.glob("*.html")}
    mails = {file.with_suffix(".html").name for file in demo.mails.glob("*.eml")}
    assert len(mails) > 140
    assert mails < set(pages)
    links = {name: [a["href"] for tag, a in page.tags if tag == "a" and a.get("href")] for name, page in pages.items()}
    assert mails <= set(links["index.html"])
    for name, hrefs in links.items():
        for href in hrefs:
            assert (demo.mails / unquote(href or "").partition("#")[0]).is_file(), f"{name}: {href}"


def test_pages_run_nothing_and_fetch_nothing(demo: Run) -> None:
    """No script, no picture, no style from elsewhere, a policy that says so; mails stand in sandboxed frames alone."""
    allowed = {
        "html", "head", "meta", "title", "style", "body", "main", "nav", "h1", "h2", "p", "a", "span", "time", "ol",
        "ul", "li", "table", "tr", "th", "td", "div", "strong", "pre", "iframe", "details", "summary", "br",
    }  # fmt: skip
    for file in demo.mails.glob("*.html"):
        page = Seen(file.read_text(encoding="utf-8"))
        assert {tag for tag, _ in page.tags} <= allowed, file.name
        policy = [a["content"] for tag, a in page.tags if a.get("http-equiv") == "Content-Security-Policy"]
        assert policy[0].startswith("default-src 'none';"), file.name  # type: ignore[union-attr]
        assert all(a.get("sandbox") == "" for tag, a in page.tags if tag == "iframe"), file.name
        assert not any(name.startswith("on") or name == "src" for _, a in page.tags for name in a), file.name


def test_markup_in_a_mail_is_only_words(demo: Run) -> None:
    """The mail full of scripts is shown as it was written, escaped once."""
    (file,) = demo.mails.glob("*-from-somebody.html")
    page = file.read_text(encoding="utf-8")
    assert "<h1>&lt;script&gt;alert(&#39;page one&#39;)&lt;/script&gt; Your shop on page one</h1>" in page
    assert "Rank &lt;b&gt;First" in page
    assert "taken over" in page  # in the frame's attribute
    assert "<script" not in page


def test_each_letter_names_its_rule(demo: Run) -> None:
    """A letter's page says why it was written, by which row, and shows the row as it stands in the desk's own file."""
    for file in demo.mails.glob("*-to-*.html"):
        page = file.read_text(encoding="utf-8")
        found = re.search(r"<strong>(rules/\w+\.yaml):(\d+)</strong>\n<pre>(.+)\n?", page)
        assert found, file.name
        row = (Path(demo.folder) / found[1]).read_text(encoding="utf-8").splitlines()[int(found[2]) - 1]
        assert row.strip().removeprefix("- ").split(":")[0] == found[3].strip().split(":")[0], file.name


def test_the_picture_is_what_the_demo_prints(demo: Run) -> None:
    """docs/demo.svg is up to date; else: python -m tests.renew_demo_picture."""
    assert FILE.read_text(encoding="utf-8") == drawn(shown(demo.printed))


# ---- around it ----------------------------------------------------------------------------------------------


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    """One line, exit 2, and nothing written."""
    (tmp_path / "mine.txt").write_text("mine")
    result = CliRunner().invoke(main, ["demo", "--fast", "--folder", str(tmp_path)])
    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "is not empty" in result.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def test_interrupted_and_plain(tmp_path: Path) -> None:
    """Ctrl-C ends it with one line and 130; until then --plain wrote ASCII without escape codes."""
    program = [sys.executable, "-c", "from mailbot.cli import main; main()", "--color", "always", "demo", "--plain"]
    demo = subprocess.Popen(
        [*program, "--folder", str(tmp_path / "demo")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # ignored below a shell's `&`
    )
    watchdog = threading.Timer(60, demo.kill)
    watchdog.start()
    assert demo.stdout
    begun = list(takewhile(lambda line: b"<- to   Grace" not in line, demo.stdout))
    demo.send_signal(signal.SIGINT)
    rest, complained = demo.communicate()
    watchdog.cancel()
    printed = b"".join(begun) + rest
    assert demo.returncode == 130
    assert complained.decode().strip() == f"Stopped. What there is so far is in {tmp_path / 'demo'}"
    assert b"-> from the till" in printed
    assert printed.isascii()
    assert b"\x1b" not in printed


def test_plain_is_ascii_whatever_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Every word that story.yaml can tell, and names of any kind, come out as ASCII, in columns that hold."""
    story = script.load()
    teller = Teller(story, plain=True, columns=80)
    words = [*(step.told for step in story.steps), *story.letters.values(), *story.why.values(), "Zoë – ¿qué? 谢谢 🎉"]
    for said in filter(None, words):
        teller.tell(Moment("in", story.first, said, "Anna"))
    told = capsys.readouterr().out
    assert told.isascii()
    assert "\x1b" not in told
    assert max(map(len, told.splitlines())) <= 80
    assert '-> from Anna     "My silk dress' in told
    assert "GBP 50" in told


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("columns", [60, 80, 100])
def test_columns_hold_at_any_width(columns: int, plain: bool) -> None:
    """Words are wrapped under the words, never across the columns before them; a letter's code is never torn."""
    layout = Layout(columns, who=9, plain=plain)
    moment = Moment("out", script.load().first, "word " * 40, "Mathilde", code="ask-assessment")
    lines = ["".join(text for text, _ in line) for line in layout.lines(moment)]
    assert max(map(len, lines)) <= columns
    assert all(line.startswith(" " * layout.indent) for line in lines[1:])
    assert "[ask-assessment]" in lines[-1]


def test_a_demo_that_goes_wrong_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A story that does not end as it must is told to its end, and exits 1 with what is wrong.

    All in its own world: a mailbox named in the environment is not asked.
    """
    monkeypatch.setenv("MAILBOT_IMAP__HOST", "imap.real.example")
    monkeypatch.setenv("MAILBOT_SMTP__PORT", "1")
    text = script.FILE.read_text(encoding="utf-8")
    text = re.sub(r"\n  - at: Mon 2 March 10:31.*?\nlast: [^\n]*", "\nlast: Mon 2 March 12:00", text, flags=re.DOTALL)
    story = script.load(text.replace("look_at: Ben", "look_at: Grace"))
    assert len(story.steps) == 1
    assert play(tmp_path / "demo", "mailbot", live=False, plain=False, script=story) == 1
    wrong = capsys.readouterr().err
    assert "no E2 was sent" in wrong
    assert "Anna's case is missing, not closed (accepted_cl2)" in wrong
    assert "Grace's case is settled (in_store), not closed (in_store)" in wrong
    assert "held back were [], not ['reply']" in wrong
    assert "inbox" not in wrong


def test_a_button_that_is_not_there_cannot_be_tapped() -> None:
    """A story that taps what a letter does not offer fails, and does not make up an answer."""
    letter = people.new(
        ANNA, "desk@blanc.example", "Hi", "text", script.load().first, '<a href="mailto:x?body=y">Yes</a>'
    )
    with pytest.raises(ValueError, match="no button 'No'"):
        people.tapped(ANNA, letter, "No", "", script.load().first)


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        ("[{at: Tue 2 March 09:00, note: x}]", "that day is a Mon"),
        ("[{at: Mon 2 March 09:00, note: x, tells: y}]", "no such step"),
        ("[{at: Tue 3 March 09:00, note: x}, {at: Mon 2 March 09:00, note: x}]", "order of time"),
    ],
)
def test_a_story_that_cannot_be_is_refused(steps: str, problem: str) -> None:
    """Wrong weekdays, unknown keys and steps back in time are found before anything is played."""
    with pytest.raises(ValueError, match=problem):
        script.load(f"{{steps: {steps}, last: Sun 26 April 20:00, once: []}}")
