"""Loading the rule files: the shipped ones, every malformed shape, and text of any kind."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbot.cases.events import RECOGNISED
from mailbot.errors import Problem
from mailbot.process import vocabulary
from mailbot.process.calendar import Duration
from mailbot.process.load import FILES, WITH_DEFAULTS, Loaded, load
from mailbot.process.model import Process

ROOT = Path(__file__).parent.parent

SAMPLE = {
    "rules/process.yaml": """\
facts:
  searched: {domain: [true, false], about: looked twice}
  mood: {domain: [calm, cross]}
new:
  title: New
  when:
    complaint_came:
      - if: event.level == 'serious'
        ask: ask-kind
        go: sorting
      - send: E2
        set: {searched: true, outcome: withdrawn, owner: Ann}
        go: awaiting_form
sorting:
  title: Sorting
  listed: false
  waiting_on: va
  when:
    no_action_needed:
      - go: closed
awaiting_form:
  title: Waiting
  waiting_on: customer
  silence:
    - after: 3 working days
      send: E2
    - after: 1 day
      since: E2
      ask: ask-kind
    - after: 5 working days
      send: E2
    - after: 14 working days
      id: last
      note: leave
closed:
  title: Closed
  open: false
any:
  when:
    customer_wrote:
      - if: case.mood == 'cross' and form.problem in ['late', 'lost']
        note: kept
    form_requested:
      - send: E2
""",
    "rules/form.yaml": """\
fields:
  - id: name
    labels: {en: [Your name, Name]}
    kind: line
    required: true
  - id: problem
    labels: {en: Kind of problem}
    kind: choice
    required: true
    choices:
      late: {words: [too late], category: service}
      lost: [gone, missing]
  - id: garment
    labels: {en: [Garment]}
    kind: line
    required: true
    not_required_for: [late]
    hints: {en: "Brand, colour"}
""",
    "rules/webforms.yaml": """\
forms:
  - name: our site
    when: {from: site@shop.example, subject: [Complaint], has: [Message]}
    fields: {name: Your name}
    words: Message
    ignore: [Page]
    ends: [Sent from]
    customer: reply-to
""",
    "rules/matching.yaml": """\
providers:
  - domains: [mail.example]
    ignores: "."
    tag: "+"
weights: {phone: 60}
totals: {ask_from: 40, margin: 20}
days: {asleep_after: 365}
closed: {closed_unclear: new}
words:
  web_forms: [site@shop.example]
phrases:
  en:
    for_somebody: [my wife*]
""",
    "rules/people.yaml": """\
people:
  - {name: Ann, address: ann@shop.test, roles: [care, admin], phone: +442071234567}
  - name: Till
    addresses: [till@shop.test, till2@localhost]
    roles: till
    store: Soho
    limit: 30
limits: {till: 20, care: 500}
stores:
  Marylebone: {address: 1 High St, hours: "mon-fri 8:00-19:00, sat 9:00-17:00", calendar: uk}
  Chelsea:
""",
    "rules/commands.yaml": """\
commands:
  form: {words: [form, send form], event: form_requested, who: [till, va], proof: known, about: sends the form}
  note: {words: [note], event: note_made, who: till, proof: full, takes: words}
""",
    "rules/categories.yaml": """\
complaint: [ruin*, Not   Happy]
claim: [refund]
serious: [lawyer]
says_left: [left it with you]
solved: [all sorted]
kinds: {enquiry: [how much], praise: [thank*], suggestion: [], other: []}
""",
    "rules/wording.yaml": """\
offers: [voucher, refund*]
never: [calm down]
rule: {en: "No compensation without the form."}
footer: {en: "Sent by the desk."}
outside_body: The Ombudsman
words:
  en: {title: Care, regards: "Regards,", reply: "Reply {answers}.", reply_word: "Reply {answers}.",
       or_reply: "Reply {answers}.", or_reply_word: "Reply {answers}.", reply_staff: "Reply:",
       reply_staff_one_of: "One of:",
       or_reply_staff: "Reply {answers}.", or_reply_button: "Such as {answer}.", either: "{others} or {last}",
       either_with_more: "{others}, or {last}", comma: ", ", more_words: words, more_form: form, more_amount: amount,
       more_reference: reference, more_date: date, more_person: name, more_case: code, day: "{day} {month} {year}",
       weekdays: [mo, tu, we, th, fr, sa, su], months: [a, b, c, d, e, f, g, h, i, j, k, l], amount: "{sign}{number}"}
""",
    "rules/calendar.yaml": """\
default: uk
calendars:
  uk:
    working_days: [mon, tue, wed, thu, fri]
    hours: 08:00-18:00
    holidays: GB-ENG
    closed: [2026-12-24]
    open: []
""",
    # The first language, which has every list, and one of the others, which are all alike.
    "rules/hearing.yaml": (Path(__file__).parent.parent / "rules/hearing.yaml")
    .read_text("utf-8")
    .partition("\nes:")[0],
    "rules/compensation.yaml": """\
sign: £
letters: [CL1, CL2]
four_eyes_over: 200
serious_over: 500
floors:
  clear error: {damage: 60, loss: 120, service: 15, billing: 10, staff: 20, policy: 10, other: 12.50}
  unclear error: {damage: 30, loss: 60, service: 10, billing: 5, staff: 10, policy: 5, other: 10}
goodwill:
  clear error:
    good: {CL1: 40, CL2: 80, confirmed: true}
    average: {CL1: 15, CL2: 40}
    bad: {CL1: 0, CL2: 20, confirmed: false}
  unclear error:
    good: {CL1: 20, CL2: 40}
    average: {CL1: 10, CL2: 20}
    bad: {CL1: 0, CL2: 10}
findings: {clear error: [clear, our error], repair: mend it}
clients: {good: [regular], bad: [first time]}
causes:
  shrinkage: {words: [shrunk], told: {en: The fabric drew together.}}
  unknown:
""",
    "templates/en/E2-the-form.md": """\
---
letter: E2
audience: customer
subject: A form
form: full
promises: answer within 5 working days
---
Dear customer,
{{ form }}
""",
    "templates/en/ask-kind.md": """\
---
letter: ask-kind
audience: [va]
subject: What is it?
answers:
  yes: {label: A complaint, words: [yes, complaint], event: form_requested}
  no: {words: [no], event: no_action_needed}
---
What is it?
""",
    "templates/layout.html": "<p>not a letter</p>",
}
TEMPLATE = "templates/en/E2-the-form.md"


def real_files() -> dict[str, str]:
    """The shipped rules and templates, as the desk would read them."""
    paths = [path for name in ("rules", "templates") for path in (ROOT / name).rglob("*") if path.is_file()]
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in paths}


def taken(files: dict[str, str]) -> Loaded:
    return load(files, "Europe/London", RECOGNISED)


def process_of(files: dict[str, str]) -> Process:
    loaded = taken(files)
    assert loaded.process is not None, "\n".join(map(str, loaded.problems))
    return loaded.process


def changed(file: str, old: str, new: str) -> list[str]:
    """What is said of the sample after one change."""
    assert SAMPLE[file].count(old) >= 1, old
    loaded = taken({**SAMPLE, file: SAMPLE[file].replace(old, new, 1)})
    return [str(problem) for problem in loaded.problems]


def test_the_shipped_files_load() -> None:
    """The rules and letters that mailbot ships have no severe problem."""
    loaded = taken(real_files())
    assert [str(problem) for problem in loaded.problems if problem.severe] == []
    assert loaded.process is not None
    assert {"new", "awaiting_form", "checking_garments", "parked"} <= set(loaded.process.states)
    assert {"E2", "E3", "E4"} <= set(loaded.process.letters)


def test_the_sample_is_read_whole() -> None:
    """Every part of every file arrives in the Process."""
    assert taken(SAMPLE).problems == (
        Problem("rules/commands.yaml", 3, "no row waits for the event 'note_made'", severe=False),
    )
    process = process_of(SAMPLE)
    row = process.states["new"].when["complaint_came"][1]
    assert (row.send, row.go, dict(row.set)) == (
        ("E2",),
        "awaiting_form",
        {"searched": True, "outcome": "withdrawn", "owner": "Ann"},
    )
    assert str(row.place) == "rules/process.yaml:11"
    assert process.states["sorting"].listed is False
    assert process.states["closed"].open is False
    assert str(process.states["sorting"].place) == "rules/process.yaml:14"
    assert process.always["customer_wrote"][0].condition is not None
    assert process.facts["mood"].domain == ("calm", "cross")
    lost = process.field("problem")
    assert lost is not None
    assert [(choice.value, choice.words, choice.category) for choice in lost.choices] == [
        ("late", ("too late",), "service"),
        ("lost", ("gone", "missing"), ""),
    ]
    ann, till = process.people.people
    assert (ann.phone, till.addresses, till.limit, till.store) == (
        "+442071234567",
        ("till@shop.test", "till2@localhost"),
        30,
        "Soho",
    )
    assert set(process.people.stores) == {"Marylebone", "Chelsea", "Soho"}
    assert process.people.limits == {"till": 20, "care": 500}
    assert process.screening.complaint.phrases == ("ruin*", "not happy")
    assert process.wording.outside_body == "The Ombudsman"
    assert [(c.name, c.words, c.who, c.proof, c.takes) for c in process.commands] == [
        ("form", ("form", "send form"), ("till", "va"), "known", ""),
        ("note", ("note",), ("till",), "full", "words"),
    ]
    card = process.letter("E2", "de")
    assert (card.language, card.form, card.promises, card.body_line) == (
        "en",
        "full",
        ("answer within 5 working days",),
        8,
    )
    assert card.body.startswith("Dear customer,\n{{ form }}")
    assert [(a.value, a.label, a.event) for a in process.letter("ask-kind", "en").answers] == [
        ("yes", "A complaint", "form_requested"),
        ("no", "no", "no_action_needed"),
    ]


def test_rungs_have_stable_names_and_a_moment_to_count_from() -> None:
    """A rung is called by its id, its letter (with the time where that repeats), or where it goes."""
    rungs = process_of(SAMPLE).states["awaiting_form"].silence
    assert [(rung.id, rung.since) for rung in rungs] == [
        ("E2", ""),
        ("ask-kind", "E2"),
        ("E2 5 working days", ""),
        ("last", ""),
    ]
    assert rungs[0].after == Duration(3, "working days")


def test_the_version_follows_every_file() -> None:
    """The version changes with any file, not with how its lines end; the calendar has a stamp of its own."""
    process = process_of(SAMPLE)
    windows = {name: text.replace("\n", "\r\n") for name, text in SAMPLE.items()}
    marked = {name: "\ufeff" + text for name, text in SAMPLE.items()}
    assert process_of(windows).version == process_of(marked).version == process.version
    assert process_of(windows).letter("E2", "en") == process.letter("E2", "en")
    other = {**SAMPLE, "rules/calendar.yaml": SAMPLE["rules/calendar.yaml"].replace("18:00", "17:00")}
    assert process_of(other).version != process.version
    assert process_of(other).calendar.version != process.calendar.version
    assert process_of({**SAMPLE, TEMPLATE: SAMPLE[TEMPLATE] + "!"}).calendar.version == process.calendar.version


def test_loading_twice_gives_equal_values() -> None:
    """A Process is a value: the same files give an equal one."""
    assert process_of(SAMPLE) == process_of(dict(SAMPLE))


def test_the_tables_are_those_of_the_contract() -> None:
    """States and outcomes are exactly those that other programs rely on."""
    states = (
        "in_store awaiting_form checking_garments awaiting_garments assessing awaiting_approval in_repair "
        "with_manufacturer offered final_offer awaiting_payment settled parked closed"
    )
    outcomes = (
        "in_store voucher repaired accepted_cl1 accepted_cl2 declined lapsed explained withdrawn no_form no_garment "
        "not_a_complaint"
    )
    assert tuple(states.split()) == vocabulary.STATES
    assert tuple(outcomes.split()) == vocabulary.OUTCOMES


PROCESS_FAULTS = [
    ("send: E2\n        set", "send: E22\n        set", "11: unknown letter 'E22'; did you mean 'E2'?"),
    ("go: awaiting_form", "go: awaiting_from", "13: unknown state 'awaiting_from'; did you mean 'awaiting_form'?"),
    ("awaiting_form:\n", "awaiting_from:\n", "21: unknown state 'awaiting_from'; did you mean 'awaiting_form'?"),
    ("complaint_came", "complaint_cmae", "7: unknown event 'complaint_cmae'; did you mean 'complaint_came'?"),
    ("  when:\n", "  whne:\n", "6: unknown key 'whne'; did you mean 'when'?"),
    ("        ask: ask-kind\n", "        sak: ask-kind\n", "9: unknown key 'sak'; did you mean 'ask'?"),
    ("- if:", "- fi:", "8: unknown key 'fi'; did you mean 'if'?"),
    ("'serious'", "'seriuos'", "8: 'event.level' cannot be 'seriuos'; did you mean 'serious'?"),
    ("'cross' and", "'crss' and", "41: 'case.mood' cannot be 'crss'; did you mean 'cross'?"),
    ("'lost'", "'lots'", "41: 'form.problem' cannot be 'lots'; did you mean 'lost'?"),
    ("case.mood ==", "case.moood ==", "41: unknown name 'case.moood'; did you mean 'case.mood'?"),
    ("searched: true", "serched: true", "12: unknown fact 'serched'; did you mean 'searched'?"),
    ("searched: true", "searched: 1", "12: 'searched' cannot be '1'; it is one of true, false"),
    ("outcome: withdrawn", "outcome: withdrown", "12: 'outcome' cannot be 'withdrown'; did you mean 'withdrawn'?"),
    ("outcome: withdrawn", "outcome: [withdrawn]", "12: 'outcome' should be a single value, but is a list"),
    (
        "3 working days",
        "3 wroking days",
        "25: unknown unit 'wroking days' in '3 wroking days'; did you mean 'working days'?",
    ),
    ("14 working days", "4 working days", "32: after 4 working days cannot follow 5 working days"),
    (
        "      ask: ask-kind\n    - after: 5",
        "      id: E2 5 working days\n      note: x\n    - after: 5",
        "31: a rung called 'E2 5 working days'",
    ),
    ("- after: 5 working days\n      send", "- send", "30: a row has no 'after:'"),
    ("since: E2", "since: E3", "28: unknown moment in 'since': 'E3'"),
    ("waiting_on: va", "waiting_on: av", "17: unknown party 'av'; did you mean 'va'?"),
    ("listed: false", "listed: no", "16: 'listed' should be true or false"),
    ("go: closed", "go: offered", "20: unknown state 'offered'; known are"),
    ("go: closed", "go: back", "35: warning: no row goes to state 'closed'"),
    (
        "send: E2\n        set",
        "send: ask-kind\n        set",
        "11: letter 'ask-kind' goes to va; write 'ask:' or 'tell:'",
    ),
    ("ask: ask-kind\n        go", "ask: E2\n        go", "9: letter 'E2' goes to the customer; write 'send:'"),
    (
        "ask: ask-kind\n        go",
        "ask: [ask-kind, ask-kind]\n        go",
        "8: letter 'ask-kind' stands twice in one row",
    ),
    ("send: E2\n        set", "send: [E2, {a: b}]\n        set", "11: an entry of 'send' should be a single value"),
    ("      - go: closed", "      go: closed", "20: 'no_action_needed' should be a list, but is a table"),
    ("      - go: closed", "", "19: 'no_action_needed' has no rows"),
    ("        note: kept", "", "41: warning: this row does nothing"),
    ("  title: New\n", "", "5: state 'new' has no 'title:'"),
    ("domain: [calm, cross]", "domain: []", "3: 'domain' of 'mood' is empty"),
    ("domain: [calm, cross]", "domain: [calm, 1]", "3: 'domain' of 'mood' mixes kinds"),
    ("  mood:", "  store:", "3: every case has 'store' of itself"),
    ("  mood:", "  Mood:", "3: 'Mood' cannot be a fact"),
    (
        "- if: event.level == 'serious'\n        ask",
        "- ask",
        "10: warning: never reached: the row on line 8 has no 'if:'",
    ),
    ("any:", "ayn:", "38: unknown state 'ayn'; did you mean 'any'?"),
    ("new:\n", "nwe:\n", "4: unknown state 'nwe'; did you mean 'new'?"),
    ("title: New", "title: [New]", "5: 'title' of state 'new' should be a single value, but is a list"),
]


@pytest.mark.parametrize(("old", "new", "said"), PROCESS_FAULTS)
def test_faults_of_the_process(old: str, new: str, said: str) -> None:
    """Each slip in process.yaml is told with its line and, where there is one, the right word."""
    problems = changed("rules/process.yaml", old, new)
    assert any(problem.startswith(f"rules/process.yaml:{said}") for problem in problems), problems


OTHER_FAULTS = [
    ("form", "id: garment", "id: garmnet", "13: unknown field 'garmnet'; did you mean 'garment'?"),
    ("form", "id: garment", "id: name", "13: field 'name' stands on line 2 already"),
    ("form", "[Garment]", "[Name]", "13: the label 'Name' is used for 'name' already"),
    ("form", "{en: [Garment]}", "{fr: [Habit]}", "13: field 'garment' has no label in 'en'"),
    ("form", "kind: choice", "kind: choise", "8: unknown kind 'choise'; did you mean 'choice'?"),
    (
        "form",
        "not_required_for: [late]",
        "not_required_for: [latte]",
        "13: unknown kind of problem 'latte'; did you mean 'late'?",
    ),
    ("form", "category: service", "category: servise", "11: unknown category 'servise'; did you mean 'service'?"),
    ("form", "[gone, missing]", "[too late]", "12: 'too late' means 'late' already"),
    ("form", "required: true", "required: ja", "5: 'required' of 'name' should be true or false"),
    ("form", "    kind: choice\n", "    kind: line\n", "11: only fields of kind 'choice' have choices"),
    ("people", "roles: till", "roles: tlil", "5: unknown role 'tlil'; did you mean 'till'?"),
    ("people", "care, admin", "care", "2: warning: nobody has the role 'admin'"),
    ("people", "address: ann@shop.test", "address: ann@", "2: 'ann@' is not an email address"),
    (
        "people",
        "address: ann@shop.test",
        "address: Ann <ann@shop.test>",
        "2: 'Ann <ann@shop.test>' is not an email address",
    ),
    ("people", "address: ann@shop.test, ", "", "2: warning: 'Ann' has no address"),
    ("people", "address: ann@shop.test", "address: TILL@shop.test", "3: 'till@shop.test' belongs to 'Ann' already"),
    ("people", "limit: 30", "limit: lots", "7: 'limit' of 'Till' should be a whole number"),
    ("people", "limit: 30", "limit: -3", "7: 'limit' of 'Till' should be a whole number"),
    ("people", "{till: 20", "{til: 20", "8: unknown role 'til'; did you mean 'till'?"),
    (
        "people",
        "store: Soho",
        "store: Marylebon",
        "3: warning: store 'Marylebon' is not among 'stores'; did you mean 'Marylebone'?",
    ),
    ("people", "calendar: uk", "calendar: ku", "10: unknown calendar 'ku'; did you mean 'uk'?"),
    (
        "people",
        'hours: "mon-fri 8:00-19:00, sat 9:00-17:00"',
        "hours: by appointment",
        "10: warning: 'by appointment' are not",
    ),
    ("people", "name: Till", "nmae: Till", "3: unknown key 'nmae'; did you mean 'name'?"),
    ("people", "people:", "poeple:", "1: unknown key 'poeple'; did you mean 'people'?"),
    ("commands", "proof: known", "proof: knwon", "2: unknown proof 'knwon'; did you mean 'known'?"),
    ("commands", "[till, va]", "[till, av]", "2: unknown who 'av'; did you mean 'va'?"),
    ("commands", "words: [note]", "words: [Form]", "3: 'Form' is a word of command 'form' already"),
    ("commands", "event: note_made", "event: Note made", "3: 'Note made' cannot be an event"),
    (
        "commands",
        "event: form_requested",
        "event: form_reqested",
        "2: warning: no row waits for the event 'form_reqested'",
    ),
    ("commands", "takes: words", "takes: wrods", "3: unknown takes 'wrods'; did you mean 'words'?"),
    ("categories", "[refund]", "refund", "2: 'claim' should be a list, but is a single value"),
    ("categories", "ruin*", "r*in", "1: 'r*in': '*' can only end a word"),
    ("categories", "ruin*", '"*"', "1: '*': '*' can only end a word"),
    ("categories", "praise", "prayse", "6: unknown kind 'prayse'; did you mean 'praise'?"),
    ("categories", "claim: [refund]\n", "", "1: this file has no 'claim:'"),
    ("wording", "[voucher, refund*]", "[]", "1: 'offers' cannot be empty"),
    ("wording", "offers: [voucher, refund*]\n", "", "1: this file has no 'offers:'"),
    ("wording", "rule: {en", "rule: {de", "3: 'rule' has no text in 'en'"),
    ("calendar", "GB-ENG", "GB-EGN", "6: unknown holidays 'GB-EGN'; did you mean 'GB-ENG'?"),
    ("calendar", "08:00-18:00", "18:00-08:00", "5: '18:00-08:00': closing must be later"),
    ("calendar", "2026-12-24", "2026-13-24", "7: '2026-13-24' in 'closed' of calendar 'uk' is not a date"),
    ("calendar", "mon, tue", "mno, tue", "4: unknown working day 'mno'; did you mean 'mon'?"),
    ("calendar", "[mon, tue, wed, thu, fri]", "[]", "4: calendar 'uk' has no working day"),
    ("calendar", "default: uk", "default: u", "1: unknown calendar 'u'"),
]


@pytest.mark.parametrize(("file", "old", "new", "said"), OTHER_FAULTS)
def test_faults_of_the_other_files(file: str, old: str, new: str, said: str) -> None:
    """Each slip in the other rule files is told with its line and what would be right."""
    problems = changed(f"rules/{file}.yaml", old, new)
    assert any(problem.startswith(f"rules/{file}.yaml:{said}") for problem in problems), problems


TEMPLATE_FAULTS = [
    ("---\nletter", "letter", "1: a letter begins with a line '---'"),
    ("---\nDear", "Dear", "1: the line '---' that ends the first part is missing"),
    ("letter: E2\n", "", "2: the part between '---' lines has no 'letter:'"),
    ("letter: E2", "letter: E3", "2: the file of letter 'E3' must be named E3.md or E3-….md"),
    ("letter: E2", "letter: E 2", "2: 'E 2' cannot be a letter's code"),
    ("audience: customer", "audience: custmoer", "3: unknown audience 'custmoer'; did you mean 'customer'?"),
    ("audience: customer", "audience: [customer, va]", "3: a letter to the customer cannot go to staff too"),
    ("form: full", "form: ful", "5: unknown form 'ful'; did you mean 'full'?"),
    ("subject: A form", "subject:", "4: 'subject' is empty"),
    ("subject: A form", "subjct: A form", "4: unknown key 'subjct'; did you mean 'subject'?"),
    ("subject: A form", "subject: 'A", "8: this is not YAML"),
    ("subject: A form", "grants: maybe\nsubject: A form", "4: 'grants' should be true, false or voucher"),
    ("Dear customer,\n{{ form }}\n", "", "8: letter 'E2' has no text"),
]


@pytest.mark.parametrize(("old", "new", "said"), TEMPLATE_FAULTS)
def test_faults_of_a_letter(old: str, new: str, said: str) -> None:
    """Each slip in a letter's front matter is told with the line it has in the file."""
    problems = changed(TEMPLATE, old, new)
    if "this is not YAML" in said:
        assert any("this is not YAML" in problem for problem in problems)
    else:
        assert any(problem.startswith(f"{TEMPLATE}:{said}") for problem in problems), problems


def test_an_unreadable_letter_makes_one_problem() -> None:
    """While a letter's file cannot be read, rows that name the letter are not called wrong."""
    assert len([p for p in changed(TEMPLATE, "---\nletter", "letter") if "warning" not in p]) == 1


def test_an_unreadable_command_file_makes_one_problem() -> None:
    """While commands.yaml cannot be read, events that it may declare are not called unknown."""
    files = {**SAMPLE, "rules/commands.yaml": "commands: ["}
    files["rules/process.yaml"] += "    note_made:\n      - note: kept\n"
    severe = [str(problem) for problem in taken(files).problems if problem.severe]
    assert len(severe) == 1
    assert severe[0].startswith("rules/commands.yaml:1: this is not YAML")


def test_the_same_words_cannot_mean_two_answers() -> None:
    """A reply of one word must say which answer it is."""
    problems = changed("templates/en/ask-kind.md", "words: [no]", "words: [Yes]")
    assert "templates/en/ask-kind.md:7: 'Yes' means 'yes' already; it cannot mean 'no' too" in problems


def test_languages_have_the_same_letters() -> None:
    """A language with a letter missing, or with other answers, cannot go into force."""
    german = {
        "templates/de/ask-kind.md": SAMPLE["templates/en/ask-kind.md"].replace("no_action_needed", "form_requested")
    }
    lines = [str(problem) for problem in taken({**SAMPLE, **german}).problems]
    assert f"{TEMPLATE}:2: letter 'E2' has no template in templates/de" in lines
    assert any(
        line.startswith("templates/de/ask-kind.md:2: 'answers' of letter 'ask-kind' is not the same") for line in lines
    )


def test_two_files_cannot_hold_one_letter() -> None:
    """The second file with the same letter is told about the first."""
    lines = [str(problem) for problem in taken({**SAMPLE, "templates/en/E2-x.md": SAMPLE[TEMPLATE]}).problems]
    assert f"templates/en/E2-x.md:2: letter 'E2' is in {TEMPLATE} already" in lines


@pytest.mark.parametrize("file", FILES)
def test_a_missing_or_empty_file_is_one_problem(file: str) -> None:
    """Without one of the rule files there is no process, and the file is named; what has defaults may be missing."""
    without = {name: text for name, text in SAMPLE.items() if name != file}
    lines = [str(problem) for problem in taken(without).problems if problem.severe]
    missing = f"{file}:1: this file is missing; copy it from a folder that `mailbot init` makes anew"
    assert lines == [] if file in WITH_DEFAULTS else missing in lines
    lines = [str(problem) for problem in taken({**SAMPLE, file: "# nothing\n"}).problems if problem.severe]
    assert f"{file}:1: this file is empty" in lines


def test_nothing_at_all_is_told_file_by_file() -> None:
    """No files give one problem for each rule file that must be there, and one for the letters."""
    loaded = load({}, "Nowhere/Land", {})
    assert loaded.process is None
    assert {problem.file for problem in loaded.problems} == {*FILES, "templates"} - set(WITH_DEFAULTS)


def test_an_unknown_time_zone_is_a_problem() -> None:
    """A time zone that does not exist never raises, nor reaches outside the zone files."""
    for zone in ("Europe/Londn", "../../etc/passwd", "", "/etc/passwd", "\x00"):
        loaded = load(SAMPLE, zone, RECOGNISED)
        assert loaded.process is None
        assert any("does not exist" in problem.what for problem in loaded.problems)


WRONG = ["", "true", "1.5", "text", "[]", "[[1], null]", "{a: {b: c}}", "[{a: null}]", "'*'"]


def places(text: str) -> Iterator[tuple[int, str]]:
    """Every line that holds `key: value` or `- value`, with what comes before the value."""
    for n, line in enumerate(text.split("\n")):
        for mark in (": ", ":", "- "):
            head, found, _ = line.partition(mark)
            if found and not line.lstrip().startswith("#"):
                yield n, head + mark.rstrip() + " "


@pytest.mark.parametrize("file", [*FILES, TEMPLATE, "templates/en/ask-kind.md"])
def test_every_malformed_type_is_a_problem_or_accepted(file: str) -> None:
    """Any shape in the place of any value gives a process or problems with lines, and never raises."""
    for n, head in places(SAMPLE[file]):
        for wrong in WRONG:
            lines = SAMPLE[file].split("\n")
            lines[n] = head + wrong
            loaded = taken({**SAMPLE, file: "\n".join(lines)})
            severe = [problem for problem in loaded.problems if problem.severe]
            assert (loaded.process is None) == bool(severe)
            assert list(loaded.problems) == sorted(loaded.problems)
            assert all(problem.line >= 1 and problem.what for problem in loaded.problems)


@pytest.mark.parametrize("file", [*FILES, TEMPLATE])
def test_a_megabyte_of_garbage_is_survived(file: str) -> None:
    """A megabyte of anything in place of a file is a few problems within seconds."""
    for garbage in ("\x00\xff" * 500_000, "a: b\n" * 90_000, "- - - " * 80_000, "x" * 1_000_000, "é{[\n" * 100_000):
        began = time.process_time()
        loaded = taken({**SAMPLE, file: garbage})
        assert loaded.process is None
        assert len(loaded.problems) < 1_500
        assert all(len(str(problem)) < 600 for problem in loaded.problems)
        assert time.process_time() - began < 10


def test_many_wrong_rows_are_told_in_bounded_time() -> None:
    """Thousands of wrong rows, events and states do not make loading slow, nor the list of problems endless."""
    rows = "".join(f"    evnt_{n}:\n      - send: L{n}\n        if: form.x{n} == 1\n" for n in range(3_000))
    began = time.process_time()
    loaded = taken({**SAMPLE, "rules/process.yaml": "new:\n  title: x\n  when:\n" + rows})
    assert loaded.process is None
    assert 500 < len(loaded.problems) < 1_500
    assert time.process_time() - began < 20


yamlish = st.text(alphabet=st.sampled_from("abcE2: -\n[]{}'\"&*!|>#,~1."), max_size=80)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from([*FILES, TEMPLATE, "templates/de/E2.md", "templates/en/x.md"]), yamlish | st.text(max_size=80)
    )
)
def test_no_text_makes_loading_raise(files: dict[str, str]) -> None:
    """Whatever stands in the files, loading gives a value."""
    loaded = taken({**SAMPLE, **files})
    assert (loaded.process is None) == any(problem.severe for problem in loaded.problems)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=150)
@given(st.sampled_from(sorted(SAMPLE)), st.data())
def test_no_edit_makes_loading_raise(file: str, data: st.DataObject) -> None:
    """Whatever part of a file is cut out or written over, loading gives a value."""
    text = SAMPLE[file]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 30)))
    loaded = taken({**SAMPLE, file: text[:start] + data.draw(yamlish) + text[end:]})
    assert (loaded.process is None) == any(problem.severe for problem in loaded.problems)
