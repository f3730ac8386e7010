"""The gate on the way out, and the brakes: no compensation without complaint form, whoever writes it and however.

And what customers write comes out as what it is: words, never a header, a template, markup or a mark of ours.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailbot.cases.around import Around
from mailbot.cases.events import Event
from mailbot.cases.model import Approval, Case, Customer, Form
from mailbot.insight.check import check, check_layout
from mailbot.letters.step import Step, take
from mailbot.process.model import Process
from tests import ruling
from tests.ruling import MONDAY, case, full_form, process_of, room, shipped
from tests.story import Telling
from tests.worlds import MemoryWorld
from tests.writing import new_mail

E2 = "templates/en/E2-the-form.md"
REPLY = "templates/en/reply-from-our-team.md"


def relayed(words: str, process: Process | None = None, on: Case | None = None) -> Step:
    """The va has words sent to the customer."""
    data = {"words": words, "author": "vera@shop.test", "author_name": "Vera", "author_store": ""}
    happened = Event("relay_asked", "va", data, "k")
    return take(on or case("awaiting_form"), happened, (), (), room(process), Around(), MONDAY)


def to_customer(step: Step) -> list[EmailMessage]:
    mails = [
        message_from_bytes(each.raw, policy=default) for each in step.outgoing if each.letter.audience == "customer"
    ]
    return mails  # type: ignore[return-value]


# ---- what staff write ---------------------------------------------------------------------------------------

OFFERS = [
    "we will refund you £90 tomorrow",
    "We will REFUND you.",
    "You will get compensation from us",
    "you will get a voucher",
    "Your next clean is free of charge",
    "we can offer 20% off your next visit",
    "20 % off",
    "20 per cent back",
    "you will have a half off",
    "We can do £90",
    "We can do £ 90",
    "We can do £: 90",
    "We can do £\n90",
    "We can do £\t  90.",
    "We can do 90 £",
    "We can do 90£",
    "We can do 90,- €",
    "We can do GBP 90",
    "We can do GBP90",
    "We can do 90 gbp",
    "We can do 90GBP",
    "We can do 90 pounds",
    "We can do 9 0 pounds",
    "We can do 90\npounds",
    "We can do 90 pound",
    "We can do 90.50 pounds",
    "We can do ninety pounds",
    "We can do ninety-five pounds",
    "We can do one hundred and fifty pounds",
    "We can do a few pounds",
    "We can do fifty quid",
    "We can do 50 quid",
    "We can do £ninety",
    "We can do 50p",
    "We can do a tenner",
    "We can do $90 or 90 euros",
    "We can do ￡９０",
    "We can do £９０",
    "We can do ９０ ｐｏｕｎｄｓ",
    "We can do £\u200b90",
    "We can do £\u00a090",
    "We can do £\u202f90",
    "We can do £\ufe0f90",
    "We can do &pound;90",
    "We can do &#163;90",
    "We can do &#xA3;90",
    "we will re\u200bfund you",
    "we will re\u00adfund you",
    "we will re-fund you",
    "we will re-\nfund you",
    "we will re\u2060f\ufeffund you",
    "we will r e f u n d you",
    "we will r.e.f.u.n.d you",
    "we will ｒｅｆｕｎｄ you",
    "we will pay\nfor the dress",
    "we will pay  for the dress",
    "it is on the\u00a0house",
    "we will re\u2011fund you",
    "we will credit your account",
    "we will buy you a new one",
]


@pytest.mark.parametrize("words", OFFERS)
def test_staff_cannot_promise_money_without_the_form(words: str) -> None:
    """However it is written it does not leave; its author hears which words held it, and what was to be sent."""
    step = relayed(words)
    assert to_customer(step) == []
    (held,) = step.held
    assert "the form is not complete" in held.reason
    assert held.phrase
    (told,) = step.outgoing
    assert (told.letter.letter, told.letter.to) == ("held", "vera@shop.test")


@pytest.mark.parametrize("words", ["we will refund you £90 tomorrow", "We can do ninety pounds"])
def test_staff_cannot_promise_money_without_approval(words: str) -> None:
    """A complete form is not enough: somebody whose limit covers it must have approved."""
    step = relayed(words, on=case("assessing", form=full_form()))
    assert to_customer(step) == []
    assert step.held[0].reason == "no approval covers this offer"


ORDINARY = [
    "We open at 9.",
    "We are open from 9 to 7, Monday to Friday.",
    "We open at 8.30 a.m. and close at 7 p.m.",
    "Your ticket is 1234.",
    "Ticket number 90-1234, collected on 12 March.",
    "It was collected on 12 March.",
    "The dress is size 12.",
    "Is it a size 10 or a size 12?",
    "The label says 100% cotton.",
    "The label says 70% wool and 30% silk.",
    "The care label says 30 degrees.",
    "We steam at 110 C, never more.",
    "It takes about a week once we have the form.",
    "It will take 5 working days.",
    "I will call you between 2 and 4.",
    "Please call 020 7946 0011.",
    "Call us on +44 20 7946 0011, extension 5.",
    "The shop is at 1 High Street, W1U 0AA.",
    "We have received your 2 shirts and 1 coat.",
    "There were 3 buttons missing on the left side.",
    "Could you send us a photo of the stain?",
    "Would you bring the dress to the store, please?",
    "Lucy has your coat and examines it today.",
    "We are sorry for the wait.",
    "Thank you for your patience.",
    "The stain is about 5 cm wide.",
    "The zip is 50 cm long.",
    "The hem was taken up by 2 inches.",
    "We asked the manufacturer, who answers within 14 days.",
    "Your case has the code BLANC-4K7QD2M.",
    "Please reply to this email with the form.",
    "The form has 8 questions, and 6 of them are short.",
    "We found it: row 90, rail 5.",
    "The driver comes at 5pm on Thursday.",
    "The driver comes at 5 p.m.",
    "It is one of the oldest coats that we have seen.",
    "A hundred thanks for the photos.",
    "Which of the four coats is it?",
    "It was delivered on 03/03/2026 at 14:05.",
    "The lining is off by half an inch.",
    "We have cleaned it twice and pressed it once.",
    "P. S. The belt is with us too.",
    "The code on the tag is A1B2 C3 D4.",
    "Our manager Mathilde looks after it herself.",
    "I could not find the second glove, we keep looking.",
]


@pytest.mark.parametrize("words", ORDINARY)
def test_ordinary_sentences_of_staff_are_sent(words: str) -> None:
    """No false alarm: the words reach the customer as they were written."""
    step = relayed(words)
    assert step.held == ()
    (mail,) = to_customer(step)
    assert words in " ".join(mail.get_body(("plain",)).get_content().split())  # type: ignore[union-attr]


@pytest.mark.parametrize("words", ["you must have worn it", "please calm\u200b down", "That is IMPOSSIBLE."])
def test_what_is_never_said_to_a_customer_is_held_for_its_author(words: str) -> None:
    """Tone: the author sees which words."""
    step = relayed(words)
    assert to_customer(step) == []
    assert step.held[0].reason == "words that we never use on a customer"


def test_letters_to_staff_may_speak_of_money() -> None:
    """What the customer claims is shown to those who decide."""
    asked = Event("customer_wrote", "customer", {"words": "Refund me £150", "claim": False})
    step = take(case("assessing", form=full_form()), asked, (), (), room(), Around(), MONDAY)
    assert step.held == ()
    assert "£150" in message_from_bytes(step.outgoing[0].raw, policy=default).get_body(("plain",)).get_content()  # type: ignore[union-attr,attr-defined]


# ---- whose words ----------------------------------------------------------------------------------------------

MONEY = "Refund of £150 for a voucher"


def test_the_customers_words_are_never_scanned() -> None:
    """Name, garment, store, wish and story full of money: every letter to the customer still leaves."""
    values = {"name": MONEY, "garment": MONEY, "store": MONEY, "happened": MONEY, "price": "£150", "wish": "refund"}
    about = case(
        "awaiting_form", customer=Customer(MONEY, "anna@customer.test"), garment=MONEY, store=MONEY,
        form=Form(False, values, ("where",)),
    )  # fmt: skip
    for state in shipped().states.values():
        for rung in state.silence:
            for code in (each for each in rung.row.send if not shipped().letter(each, "en").grants):
                step = take(
                    replace(about, state="awaiting_form"),
                    Event("x", "customer"),
                    (),
                    (),
                    _sending(code),
                    Around(),
                    MONDAY,
                )
                assert step.held == (), code
                assert MONEY in to_customer(step)[0].get_body(("plain",)).get_content() or code  # type: ignore[union-attr]


def test_every_shipped_letter_to_customers_passes_on_a_full_case() -> None:
    """No shipped template, nor the footer or the rule itself, trips the guard, whatever the customer's words are."""
    about = case(
        "awaiting_form", customer=Customer(MONEY, "anna@customer.test"), garment=MONEY, form=full_form(garment=MONEY)
    )
    codes = [code for code, cards in shipped().letters.items() if "customer" in next(iter(cards.values())).audience]
    assert len(codes) > 8
    for code in codes:
        offers = shipped().compensation.letters
        approval = Approval(code if code in offers else offers[0], 6000, "Mathilde", MONDAY)
        approved = replace(about, approval=approval if shipped().letter(code, "en").grants == "offer" else None)
        step = take(approved, Event("x", "customer", {"words": MONEY}), (), (), _sending(code), Around(), MONDAY)
        assert step.held == (), code
        assert len(to_customer(step)) == 1


def _sending(code: str) -> object:
    """A room whose rules send that letter whatever happens."""
    process = shipped()
    row = replace(process.always["otherwise"][0], send=(code,), ask=(), tell=())
    return room(replace(process, always={**process.always, "otherwise": (row,), "x": (row,)}))


def test_the_rules_own_wording_passes_exactly_as_it_stands() -> None:
    """E2-again speaks of compensation, in the sentence of wording.yaml alone."""
    step = take(case("parked"), Event("customer_wrote", "customer", {"claim": True}), (), (), room(), Around(), MONDAY)
    (mail,) = to_customer(step)
    assert mail["X-Mailbot-Letter"] == "E2-again"
    assert "compensation only once we have the complaint form" in " ".join(
        mail.get_body(("plain",)).get_content().split()
    )  # type: ignore[union-attr]
    again = relayed("we can consider compensation only once we have the complaint form")
    assert again.held, "the same words, but staff's own"


def test_the_forms_block_may_ask_what_the_customer_wishes() -> None:
    """`refund, compensation` among the choices of the form is no offer."""
    step = take(
        case("new", letters=()),
        Event("complaint_came", "customer", {"level": "standard"}),
        (),
        (),
        room(),
        Around(),
        MONDAY,
    )
    text = to_customer(step)[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "refund, compensation" in text


@pytest.mark.parametrize(
    ("template", "words"),
    [("£{{ words }}", "90 tomorrow"), ("{{ words }} pounds", "ninety"), ("we re{{ words }}", "fund you")],
)
def test_an_offer_is_found_across_the_border_of_template_and_staff(template: str, words: str) -> None:
    """Half of it in the template, half of it staff's: held all the same."""
    files = ruling.files()
    files[REPLY] = files[REPLY].replace("{{ words }}", template)
    step = relayed(words, process_of(files))
    assert to_customer(step) == []


def test_words_of_ours_do_not_join_over_the_customers() -> None:
    """`pay {{ customer.first_name }} for` is not `pay for`, nor is a number of the customer's ours."""
    files = ruling.files()
    files[REPLY] = files[REPLY].replace(
        "{{ words }}", "{{ words }} Please pay {{ customer.first_name }} for now a visit."
    )
    assert relayed("Hello.", process_of(files)).held == ()


# ---- templates --------------------------------------------------------------------------------------------------

EDITS = [
    "You will get a voucher for £20.",
    "We will refund you.",
    "We will re**fund** you.",
    "We will re{# nothing to see #}fund you.",
    "We will {{ 're' }}{{ 'fund' }} you.",
    "We will re{% if customer.address %}fund{% endif %} you.",
    "{{ garment or 'Have £90' }}.",
    "You get &pound;90.",
    "You get £{{ '90' }}.",
    "You get £<b></b>90 from us, a gift card.",
    "You get ninety pounds.",
    "![Take £90](https://shop.test/x.png)",
    "[Look](https://shop.test 'You get £90')",
    "    You get £90, in a block of code",
    "```\nYou get £90\n```",
    "# 20% off your next visit",
    "- 20% off your next visit",
    "You get £\\\n90.",
]


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_template_cannot_make_an_offer(edit: str) -> None:
    """Marked `grants: false` it is refused by check, naming the file; put in force all the same, it is held."""
    files = ruling.files()
    files[E2] = files[E2].replace("{{ form }}", f"{edit}\n\n{{{{ form }}}}")
    process = process_of(files)
    found = [problem for problem in check(process) if problem.file == E2 and problem.severe]
    assert found, "check lets it pass"
    step = take(
        case("new", letters=()),
        Event("complaint_came", "customer", {"level": "standard"}),
        (),
        (),
        room(process),
        Around(),
        MONDAY,
    )
    assert to_customer(step) == []
    assert [held.letter.letter for held in step.held] == ["E2"]
    assert [(each.letter.letter, each.letter.to) for each in step.outgoing] == [("held", "ada@shop.test")]


@pytest.mark.parametrize(
    ("old", "new"),
    [('subject: "', 'subject: "£90 for you: '), ("about: ", "about: A voucher of £20. ")],
)
def test_neither_subject_nor_preview_can_make_an_offer(old: str, new: str) -> None:
    """What a mail program shows in its list is ours too."""
    files = ruling.files()
    assert old in files[E2]
    files[E2] = files[E2].replace(old, new, 1)
    process = process_of(files)
    assert [problem for problem in check(process) if problem.file == E2]
    step = take(
        case("new", letters=()),
        Event("complaint_came", "customer", {"level": "standard"}),
        (),
        (),
        room(process),
        Around(),
        MONDAY,
    )
    assert to_customer(step) == []


def test_neither_the_small_print_nor_the_layout_can_make_an_offer() -> None:
    """The footer is refused by check and held; the layout round every letter is refused; the rule names no amount."""
    files = ruling.files(
        wording=("If you reply, a person reads it.", "You get a £20 voucher. If you reply, a person reads it.")
    )
    process = process_of(files)
    assert any("voucher" in problem.what or "£20" in problem.what for problem in check(process))
    assert relayed("Hello.", process).held
    layout = ruling.files()["templates/layout.html"]
    assert check_layout(layout, "layout.html", shipped()) == ()
    assert check_layout(layout.replace("<!--BODY-->", "<!--BODY--><p>10% <b>off</b>!</p>"), "layout.html", shipped())
    ruled = ruling.files(wording=("only once we have the complaint form", "of £90 once we have the complaint form"))
    assert any("names no amount" in problem.what for problem in check(process_of(ruled)))


def test_a_template_that_grants_is_held_without_approval() -> None:
    """`grants: true` is no way round: the row must ask for the form, and the letter is held all the same."""
    files = ruling.files()
    files[E2] = files[E2].replace("grants: false", "grants: true")
    process = process_of(files)
    assert any("grants" in problem.what for problem in check(process))
    for state, form in (("new", Form()), ("awaiting_form", full_form())):
        happened = Event("complaint_came" if state == "new" else "form_requested", "customer", {"level": "standard"})
        step = take(case(state, form=form, letters=()), happened, (), (), room(process), Around(), MONDAY)
        assert to_customer(step) == []


def test_a_desk_whose_template_makes_an_offer_keeps_the_last_good_rules(tmp_path: Path) -> None:
    """The edit never comes into force: the old E2 goes out, and the admin is told file and words."""
    telling = Telling(MemoryWorld(tmp_path / "desk"))
    telling.cycle()
    file = tmp_path / "desk" / E2
    file.write_text(file.read_text() + "\n\nYou will get a £20 voucher.\n")
    telling.act("anna writes", {})
    letters = telling.world.letters()
    assert sorted(each.code for each in letters) == ["E2", "alert"]
    assert "voucher" not in next(each for each in letters if each.code == "E2").text
    told = next(each for each in letters if each.code == "alert")
    assert E2 in told.text
    assert "voucher" in told.text


# ---- brakes -----------------------------------------------------------------------------------------------------


def test_five_letters_a_day_to_one_address_and_the_admin_told_once(tmp_path: Path) -> None:
    """The sixth is held, whoever asks for it; a day later letters go again."""
    telling = Telling(MemoryWorld(tmp_path / "desk"))
    telling.act("anna writes", {})
    for n in range(3):
        telling.act("anna writes", f"I want compensation, {n}")
    for n in range(4):
        telling.act("till writes", {"subject": "Anna", "text": f"back\n\nanna@customer.test is in the store, {n}"})
    codes = [each.code for each in telling.world.letters() if each.to == "anna@customer.test"]
    assert codes == ["E2", "E2-again", "E2-again", "E2-again", "E2"]
    told = [each for each in telling.world.letters() if each.code == "held"]
    assert [each.to for each in told] == ["ada@shop.test"], "the admin, not the till; once a day for a case"
    assert "limit is 5" in " ".join(told[0].text.split())
    held = [each["letter"] for each in telling.newest()["letters"] if each["status"] == "held"]
    assert held == ["E2", "E2", "E2"]
    telling.now += timedelta(days=1, minutes=5)
    telling.act("anna writes", "I want compensation, again")
    assert [each.code for each in telling.world.letters() if each.to == "anna@customer.test"][5:] == ["E2-again"]


def test_the_limit_holds_over_all_cases_of_an_address() -> None:
    """The count is the address's, not the case's."""
    step = take(case("new", letters=()), Event("complaint_came", "customer", {"level": "x"}), (), (),
                room(per_address_per_day=5), Around(to_address_today=5), MONDAY)  # fmt: skip
    assert to_customer(step) == []
    assert step.held[0].braked


def test_two_hundred_letters_an_hour_to_customers(tmp_path: Path) -> None:
    """A flood of complaints from different people: two hundred are answered, the others in the hours that follow; the
    admin hears of it once."""
    world = MemoryWorld(tmp_path / "desk")
    telling = Telling(world)
    telling.cycle()
    for n in range(203):
        world.deliver(_complaint(f"p{n}@flood.test", telling.now, n), telling.now)
    telling.cycle()
    sent = [each for each in world.letters() if each.code == "E2"]
    assert len(sent) == 200
    waiting = [one for each in telling.cases() for one in each["letters"] if one["status"] == "queued"]
    assert len(waiting) == 3
    told = [each for each in world.letters() if each.code == "alert"]
    assert [each.to for each in told] == ["ada@shop.test"]
    assert "200 letters went to customers within an hour" in told[0].text
    telling.now += timedelta(minutes=59)
    telling.cycle()
    assert len([each for each in world.letters() if each.code == "E2"]) == 200
    telling.now += timedelta(minutes=2)
    world.deliver(_complaint("later@flood.test", telling.now, 999), telling.now)
    telling.cycle()
    answered = [each.to for each in world.letters() if each.code == "E2"]
    assert sorted(answered) == sorted(["later@flood.test", *(f"p{n}@flood.test" for n in range(203))])
    assert {one["status"] for each in telling.cases() for one in each["letters"]} == {"sent"}


def test_a_flood_is_spread_over_the_hours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three an hour, eight letters: three at once, three after an hour, two after two."""
    monkeypatch.setenv("MAILBOT_BRAKES__LETTERS_PER_HOUR", "3")
    world = MemoryWorld(tmp_path / "desk")
    telling = Telling(world)
    telling.cycle()
    for n in range(8):
        world.deliver(_complaint(f"p{n}@flood.test", telling.now, n), telling.now)
    left = []
    for _ in range(4):
        telling.cycle()
        left.append(len([each for each in world.letters() if each.code == "E2"]))
        telling.now += timedelta(hours=1, minutes=1)
    assert left == [3, 6, 8, 8]
    assert sorted(each.to for each in world.letters() if each.code == "E2") == [f"p{n}@flood.test" for n in range(8)]


def test_letters_to_staff_are_not_braked() -> None:
    """However many went out: whoever must act hears of it."""
    many = Around(to_address_today=99, full_hours=9)
    step = take(case("awaiting_form", form=full_form()), Event("form_completed", "customer"), (), (),
                room(per_address_per_day=5), many, MONDAY)  # fmt: skip
    assert [(each.letter.letter, each.hours) for each in step.outgoing] == [("details-update", 0), ("ask-garments", 0)]


def _complaint(sender: str, at: datetime, n: int) -> bytes:
    return new_mail(sender, "Somebody", "My dress", "My dress came back with a hole. I am very unhappy.", at, n)


# ---- what customers write ---------------------------------------------------------------------------------------

ONCE = ("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Mailbot-Case", "X-Mailbot-Letter",
        "MIME-Version", "Content-Type", "References")  # fmt: skip
EVIL = [
    "Anna\r\nBcc: mallory@evil.test",
    "Anna\nBcc: mallory@evil.test\n\nbody",
    "Anna\u2028Bcc: mallory@evil.test",
    "Anna\x85Bcc: mallory@evil.test",
    "Anna\x0bBcc: mallory@evil.test\x00",
    "{{7*7}}",
    "{{ 7*7 }}{% raw %}{{ desk.address }}{% endraw %}",
    "{% for x in range(9) %}x{% endfor %}",
    "{# gone #}",
    "<b>bold</b><script>alert(1)</script>",
    "</td></table><img src=x onerror=alert(1)>",
    "<!--FOOTER--><!--BODY-->",
    "**bold** _it_ `code` # head\n\n- item\n\n> quote",
    "[click](https://evil.test) ![x](https://evil.test/x.png) <https://evil.test>",
    "\ue0000\ue001 \ue0007\ue001 \ue000999999\ue001 \ue000",
    "\ufffc\ufffd\u202eanna\u202c",
    '"Anna" <mallory@evil.test>, other@evil.test',
    "=?utf-8?q?=0D=0ABcc:_mallory@evil.test?=",
    "&lt;b&gt; &#60;b&#62; &amp;",
    "A" * 5000,
    "é" * 300,
    "名前" * 100,
    "\ud800 half",
]


def assert_clean(raw: bytes, *, sums: bool = True) -> None:
    """Exactly one of each header, no foreign one, nothing carried out (no 49), no tag or mark that is not ours."""
    raw.decode("ascii")
    mail = message_from_bytes(raw, policy=default)
    assert not mail.defects
    for name in ONCE:
        assert len(mail.get_all(name, [])) == 1, name
    assert mail["Bcc"] is None
    assert mail["Cc"] is None
    assert not any(str(value).splitlines()[1:] for value in mail.values() if str(value))
    head = raw.partition(b"\r\n\r\n")[0]
    assert max(map(len, head.split(b"\r\n"))) <= 998
    text = mail.get_body(("plain",)).get_content()  # type: ignore[attr-defined]
    html = mail.get_body(("html",)).get_content()  # type: ignore[attr-defined]
    for said in (str(mail["Subject"]), str(mail["To"]), text, html):
        assert not (sums and "49" in said)
        assert not any("\ue000" <= character <= "\uf8ff" for character in said)
    for tag in ("<b>bold", "<script", "<img", "<strong>bold", "<em>it", 'href="https://evil', "<code>code", "<!--"):
        assert tag not in html, tag
    assert html.count("</html>") == 1


@pytest.mark.parametrize("words", EVIL)
def test_a_customers_name_subject_and_form_are_words_and_nothing_else(words: str) -> None:
    """In every letter of the process, to customers and to staff: one of each header, no 49, no markup, no mark."""
    values = {"name": words, "garment": words, "store": words, "happened": words, "ticket": words, "wish": "repair"}
    about = case(
        "awaiting_form", customer=Customer(words, "anna@customer.test", words), garment=words, store=words,
        form=Form(False, values, ("where",)),
    )  # fmt: skip
    data = {
        "words": words,
        "subject": words,
        "candidates": [{"code": "BLANC-AAAAAAA", "name": words, "garment": words}],
    }
    for code in shipped().letters:
        step = take(about, Event("x", "customer", data), (), (), _sending(code), Around(), MONDAY)  # type: ignore[arg-type]
        assert step.outgoing, code
        for each in step.outgoing:
            assert_clean(each.raw)


@pytest.mark.parametrize("words", EVIL)
def test_what_staff_relay_is_words_and_nothing_else(words: str) -> None:
    """A relayed message is shown as it was written: no markup of it is carried out."""
    for each in relayed(f"Hello {words} bye").outgoing:
        assert_clean(each.raw)


@pytest.mark.parametrize(
    "address",
    ["é@customer.test", "anna@münchen.test", '"a b"@customer.test', "anna", "@", "a@b@c", "=?utf-8?q?x?=@c.test",
     "anna@" + "c" * 250 + ".test", "a\r\nBcc: m@evil.test", "anna@customer.test, m@evil.test", "<anna@customer.test>"],
)  # fmt: skip
def test_whatever_stands_as_an_address_is_written_to_one_receiver(address: str) -> None:
    """An address by no grammar makes no second receiver and no exception: the server refuses it, and staff hear."""
    about = case("parked", customer=Customer("Anna", address))
    for code in ("E2", "ask-kind"):
        step = take(about, Event("x", "customer", {"words": "hello"}), (), (), _sending(code), Around(), MONDAY)
        for each in step.outgoing:
            mail = message_from_bytes(each.raw, policy=default)
            assert all(len(mail.get_all(name, [])) == 1 for name in ONCE)
            assert mail["Bcc"] is None
            assert len(mail["To"].addresses) <= 1 or mail["To"].defects


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=200))
def test_any_name_subject_and_words_make_a_well_formed_letter(name: str, subject: str, words: str) -> None:
    """Random text of every alphabet: the letter parses, with one of each header and all its parts."""
    about = case("parked", customer=Customer(name, "anna@customer.test"), garment=subject)
    happened = Event("customer_wrote", "customer", {"words": words, "subject": subject})
    for code in ("E2", "reply", "ask-kind"):
        step = take(about, happened, (), (), _sending(code), Around(), MONDAY)  # type: ignore[arg-type]
        for each in step.outgoing:
            mail = message_from_bytes(each.raw, policy=default)
            assert not mail.defects
            assert all(len(mail.get_all(name, [])) == 1 for name in ONCE)


def test_evil_mails_through_the_whole_desk_make_clean_letters(tmp_path: Path) -> None:
    """Name, subject and text as an attacker writes them, with the form filled in the same way: clean letters."""
    world = MemoryWorld(
        tmp_path / "desk",
    )
    telling = Telling(world)
    telling.cycle()
    for n, words in enumerate(EVIL):
        shown = words.encode("utf-8", "replace").decode().replace("\r", " ").replace("\n", " ")
        body = f"My dress has a hole. I am very unhappy.\n\n{words}".encode("utf-8", "replace").decode()
        head = f'From: "{shown[:100]}" <a{n}@customer.test>'.replace('""', '"')
        world.deliver(
            f"{head}\r\nTo: {ruling.DESK}\r\nSubject: {shown}\r\nMessage-ID: <{n}@customer.test>\r\n"
            f"Content-Type: text/plain; charset=utf-8\r\n\r\n{body}".encode(), telling.now,
        )  # fmt: skip
        telling.now += timedelta(minutes=30)
        telling.cycle()
    letters = world.letters()
    assert len([each for each in letters if each.code == "E2"]) > 15
    for each in letters:
        assert_clean(each.raw)
    assert world.folders()["INBOX"] == 0
