"""What can be written in a story means the same in both worlds, and a story that does not hold says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.servers import Dovecot, SmtpSink, User
from tests.story import AUTHSERV, Telling, load
from tests.worlds import MemoryWorld, RealWorld

Begin = Callable[[str], Telling]


@pytest.fixture(params=["memory", "servers"])
def tell(request: pytest.FixtureRequest, tmp_path: Path) -> Begin:
    """Tells a story, given as its YAML, in one of the two worlds."""

    def begin(text: str) -> Telling:
        file = tmp_path / "story.yaml"
        file.write_text(text, encoding="utf-8")
        story = load(file)
        telling = Telling(_world(story["desk"]))
        telling.tell(story)
        return telling

    def _world(desk: Mapping[str, Any]) -> MemoryWorld | RealWorld:
        if request.param == "memory":
            return MemoryWorld(tmp_path / "desk", **desk)
        dovecot: Dovecot = request.getfixturevalue("dovecot")
        user: User = request.getfixturevalue("mailbox_user")
        sink: SmtpSink = request.getfixturevalue("sink")
        return RealWorld(tmp_path / "desk", dovecot, user, sink, **desk)

    return begin


def test_a_story_may_have_rules_of_its_own(tell: Begin) -> None:
    """Edits of shipped files, and a whole file as it would be written."""
    tell("""
        story: another till, and a shorter wait
        rules:
          rules/process.yaml:
            - replace: "- after: 3 working days\\n      send: chase-form-1"
              with: "- after: 1 working day\\n      send: chase-form-1"
          rules/people.yaml:
            people: [{name: Mathilde, address: mathilde@shop.test, roles: [care, va]},
                     {name: Lucy, address: lucy@shop.test, roles: [operations, admin]},
                     {name: Soho till, address: till@shop.test, roles: [till], store: Soho}]
            limits: {till: 20, va: 0, operations: 100, care: 500, admin: 0}
            stores: {Soho: {address: "3 Dean Street"}}
        steps:
          - anna writes: {}
          - silent working days: 1
          - expect: {letters: [E2 to anna, chase-form-1 to anna]}
          - anna fills in E2: {store: Soho}
          - expect: {letters: [details-update to mathilde, ask-garments to till], store: Soho}
    """)


def test_time_goes_as_the_desk_counts_it(tell: Begin) -> None:
    """Working days over a weekend, and working time that is not a day."""
    telling = tell("""
        story: time
        steps:
          - anna writes: {}
          - silent working days: 6
          - later: 3 working hours
    """)
    assert f"{telling.now:%Y-%m-%d %H:%M}" == "2026-03-10 13:00", "Monday the 2nd, six days on, without the weekend"


def test_staff_are_vouched_for_unless_it_is_said(tell: Begin) -> None:
    """A command that needs full proof is carried out; without a word of our server it is asked about."""
    tell("""
        story: proof
        steps:
          - anna writes: {}
          - mathilde writes a note: {subject: "[{CODE}]", text: close, proof: none}
          - expect: {letters: [E2 to anna, ask-was-it-you to mathilde], state: awaiting_form}
          - mathilde writes a note: {subject: "[{CODE of anna}] again", text: close}
          - expect: {letters: [], state: closed}
    """)


@pytest.mark.parametrize("line", ["desk: {authserv_id: mx.shop.test}", "proof: none"])
def test_a_story_about_proof_brings_its_own(line: str, tell: Begin) -> None:
    """Where the desk's authserv_id is named, or `proof: none` is said, nothing vouches for anybody."""
    telling = tell(f"""
        story: no proof
        {line}
        steps:
          - anna writes: {{}}
          - mathilde writes a note: {{subject: "[{{CODE}}]", text: close}}
          - expect: {{letters to mathilde: [ask-was-it-you], state: awaiting_form}}
    """)
    assert telling.world.proof == ""
    assert telling.world.settings.trust.authserv_id == AUTHSERV


def test_files_can_be_attached(tell: Begin) -> None:
    """Photos with a complaint, and with a reply."""
    tell(
        """
        story: photos
        steps:
          - anna writes: {attachments: [hole.jpg]}
          - anna replies to E2: {text: Here is one more., attachments: [sleeve.jpg, bill.pdf]}
          - expect: {letters: [E2 to anna, customer-wrote to mathilde], cases: 1, says to va: Here is one more.}
    """.replace("says to va", "says to mathilde")
    )


def test_a_mail_can_be_put_back(tell: Begin) -> None:
    """From the folder for humans into the inbox, where it is taken in afresh."""
    tell("""
        story: put back
        steps:
          - ben writes: {subject: Opening hours, text: "When do you open on Saturday?"}
          - expect: {fate: Needs a human, letters: [ask-kind to vera]}
          - put back: Needs a human
          - expect: {letters to va: [ask-kind], cases: 0}
    """)


def test_expectations_name_the_case(tell: Begin) -> None:
    """Notes, facts, approval; of the newest case, or of somebody's."""
    tell("""
        story: two customers
        steps:
          - anna writes: {}
          - mathilde writes a note: {subject: "[{CODE}]", text: "note: she rang twice"}
          - ben writes: {}
          - expect: {of: anna, notes: [she rang twice], approval: null, state: awaiting_form}
          - expect: {of: ben, notes: [], customer: {name: Ben Jones, address: ben@elsewhere.test}}
    """)


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ("letters: [E1 to anna]", "letters were ['E2 to anna'], not ['E1 to anna']"),
        ("letters to anna: []", "letters to anna were ['E2'], not []"),
        ("letters to va: [call]", "letters to va were [], not ['call']"),
        ("says to anna: zebra", "says 'zebra'"),
        ("does not say: form", "does not say 'form'"),
        ("says to ben: form", "nothing went to ben"),
        ("state: closed", "state is 'awaiting_form', not 'closed'"),
        ("colour: red", "nobody can expect 'colour'"),
        ("notes: [x]", "notes are [], not ['x']"),
        ("approval: 60", "approved is None, not 60"),
        ("facts: {voucher: 2000}", "facts are"),
        ("of: ben", "there is no case of ben"),
        ("cases: 2", "1 cases, not 2"),
        ("fate: No action", "mails went to {'Mailbot/Cases'}, not {'Mailbot/No action'}"),
    ],
)
def test_a_story_that_does_not_hold_says_so(expected: str, said: str, tmp_path: Path) -> None:
    """Each expectation can fail, and names its step."""
    story = yaml.safe_load(f"steps: [{{anna writes: {{}}}}, {{expect: {{{expected}}}}}]")
    with pytest.raises(AssertionError) as caught:
        Telling(MemoryWorld(tmp_path / "desk")).tell(story)
    assert str(caught.value).startswith("step 2, expect: ")
    assert said in str(caught.value)


def test_an_edit_that_finds_nothing_is_told(tmp_path: Path) -> None:
    """Rules move on; a story whose edit no longer fits does not run on the shipped rules in silence."""
    with pytest.raises(AssertionError, match=r"process\.yaml has no 'nothing like it'"):
        MemoryWorld(tmp_path / "desk", rules={"rules/process.yaml": [{"replace": "nothing like it", "with": ""}]})
