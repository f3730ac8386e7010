"""The blocks of a letter: the form to fill in, the answers to tap, the details to copy, a quotation.

In the text part each field of a form is one line, `<shown label>:`, with the known value or nothing
after it (a contract: programs read and fill it). Known values are the customer's own words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from mailbot.cases.model import Case
from mailbot.letters.spans import CUSTOMER, FORM, TEMPLATE, Block, Span
from mailbot.letters.speech import either, plain_number, with_more
from mailbot.process.model import Answer, Field, LetterCard, Process
from mailbot.process.wordlists import Speech

_NOTHING = Block((), "")
_CELL = "padding:8px 0;border-bottom:1px solid #d8d4cc;"
_BUTTON = (
    "display:inline-block;margin:0 10px 10px 0;padding:11px 18px;border-radius:6px;background:#1f3a4d;"
    "color:#ffffff;text-decoration:none;font-weight:600;"
)
_DETAIL = "font-size:15px;"
_ASIDE = "font-size:14px;color:#5c5850;"
_QUOTE = "margin:0 0 16px;padding:4px 0 4px 14px;border-left:3px solid #b9b2a4;color:#4a463e;"
_LONGEST_QUOTE = 20_000  # characters of a mail repeated to staff: more than anyone reads, far under any size limit
_LONGEST_LINK = 1_900  # characters: Windows hands a program no more than some 2,000 of a link, and cuts the rest off
_MOST_LISTED = 5  # answers that are told in one sentence beside their buttons
# What no reply of ours may hold: controls, line ends within a subject, halves of characters, marks of our own.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ue000-\uf8ff]")


def form(card: LetterCard, case: Case, process: Process, language: str) -> Block:
    """The form, whole or only what is missing, with what is known filled in."""
    if not card.form:
        return _NOTHING
    fields = [field for field in process.form if _asked(field, card, case)]
    spans: list[Span] = []
    rows: list[str] = []
    for field in fields:
        label, known = _shown(field, language), field.said(case.form.values.get(field.id, ""), language)
        hint = field.hints.get(language, "")
        if hint:  # it stands above, with air before it: below it would be read as what was written there
            spans.append(Span(FORM, f"\n({hint})\n" if spans else f"({hint})\n"))
        spans += [Span(FORM, f"{label}:"), Span(CUSTOMER, f" {_line(known)}" if known else ""), Span(FORM, "\n")]
        rows.append(_form_row(label, hint, known))
    spans[-1:] = []  # the paragraph brings the last line end
    table = f'<table role="presentation" width="100%" style="border-collapse:collapse;">{"".join(rows)}</table>'
    return Block(tuple(spans), table)


def answers(
    card: LetterCard,
    address: str,
    subject: str,
    reference: str,
    speech: Speech,
    amount: str = "",
    cases: Sequence[str] = (),
    for_customer: bool = False,
) -> Block:
    """The answers of a letter: one tap each, and as words to reply with.

    amount: what is proposed, as it is shown ("£60"), put into the answers that take one. cases: the codes for which an
    answer that takes a case has one button each.
    """
    choices = [choice for answer in card.answers for choice in _choices(answer, amount, cases, speech, for_customer)]
    if not choices:
        return _NOTHING
    links = (mailto(address, subject, f"{each.body}\r\n\r\nref {reference}") for each in choices)
    buttons = "".join(
        f'<a href="{escape(link)}" style="{_BUTTON}">{escape(each.label)}</a>'
        for each, link in zip(choices, links, strict=True)
    )
    text, html = _in_words(choices, for_customer, speech)
    return Block((Span(TEMPLATE, text),), f'<p style="margin:0 0 6px;">{buttons}</p><p style="{_ASIDE}">{html}</p>')


def mailto(address: str, subject: str, body: str) -> str:
    """A link that opens a reply (RFC 6068): every mail program reads it alike, and no word in it can add a header.

    All but letters and digits is percent-encoded UTF-8, so a blank is never '+', and what a customer wrote into the
    subject holds no '&', '?' or '='. A subject too long for the shortest of them loses its end, never its [CODE].
    """
    head, tail = f"mailto:{quote(address, safe='@')}?subject=", f"&body={quote(body, safe='')}"
    room = _LONGEST_LINK - len(escape(head + tail))
    shown, bracket, code = " ".join(_UNFIT.sub(" ", subject).split()).rpartition(" [")
    shown, end = (shown[:_LONGEST_LINK], f"{bracket}{code}") if bracket else (code[:_LONGEST_LINK], "")
    said = f"Re: {shown}"
    while shown and len(quote(said + end, safe="")) >= room:
        shown = shown[:-1]
        said = f"Re: {shown.rstrip()}…"
    return f"{head}{quote(said + end, safe='')}{tail}"


def details(case: Case, process: Process, language: str, for_customer: bool) -> Block:
    """What the form says, a line each, in the form's order: ready to copy into the till system.

    To the customer each line begins with a dot, so that no program takes it for a line of a form to fill in.
    """
    known = [
        (
            _shown(field, language) if for_customer else _short(field, language),
            field.said(case.form.values[field.id], language) if for_customer else case.form.values[field.id],
        )
        for field in process.form
        if case.form.values.get(field.id)
    ]
    if not known:
        return _NOTHING
    lead = "• " if for_customer else ""
    text = "\n".join(f"{lead}{label}: {_line(value)}" for label, value in known)
    rows = "".join(
        f'<tr><td style="{_CELL}{_DETAIL}color:#5c5850;" width="34%">{escape(label)}</td>'
        f'<td style="{_CELL}{_DETAIL}">{_with_breaks(value)}</td></tr>'
        for label, value in known
    )
    return Block((Span(CUSTOMER, text),), f'<table role="presentation" width="100%">{rows}</table>')


def quotation(words: str, origin: str, relayed: bool) -> Block:
    """Somebody's words as they wrote them; a customer's are never scanned by the guard, staff's are.

    `relayed`: sent to the customer as the desk's own words, so not drawn as a quotation.
    """
    if not words.strip():
        return _NOTHING
    cut = words.strip()[:_LONGEST_QUOTE]
    html = _with_breaks(cut)
    if relayed:
        return Block((Span(origin, cut),), f"<p>{html}</p>")
    text = "\n".join(f"> {line}" for line in cut.splitlines())
    return Block((Span(origin, text),), f'<blockquote style="{_QUOTE}">{html}</blockquote>')


def signature(owner: str, desk: str, speech: Speech, default: Speech) -> Block:
    """How the owner signs; a desk that is called like the title, in its own language, does not say it twice."""
    title, house = speech.words.get("title", ""), desk
    for said in filter(None, (title, default.words.get("title", ""))):
        house = " ".join(house.replace(said, " ").split())
    text = "\n".join(line for line in (speech.words.get("regards", ""), owner, title, house) if line)
    return Block((Span(TEMPLATE, text),), f"<p>{_with_breaks(text)}</p>")


@dataclass(frozen=True, slots=True)
class _Choice:
    """One button: what stands on it, the words that mean the same, what is said with them, the reply that it writes.

    colon: what is said with them stands after one.
    """

    label: str
    words: str
    more: str
    body: str
    colon: bool = False


def _choices(
    answer: Answer, amount: str, cases: Sequence[str], speech: Speech, for_customer: bool
) -> Iterator[_Choice]:
    """The buttons of one answer: one, or one for each case. A customer answers with the first of its words."""
    value, label, takes = answer.words[0] if for_customer else answer.value, answer.label, answer.takes
    more = speech.words.get(f"more_{takes}", "")
    if takes == "amount" and amount:
        known = f"{value} {plain_number(amount, speech)}"
        yield _Choice(f"{label} {amount}", known, "", known)
    elif takes == "case" and cases:
        yield from (_Choice(f"{label} {code}", f"{value} {code}", "", f"{value} {code}") for code in cases)
    elif takes == "assessment":
        yield _Choice(label, value, more, f"{value}\r\n\r\ncause: \r\nto customer: ")
    elif takes in ("words", "form"):
        yield _Choice(label, value, more, f"{value}: ", colon=True)
    elif takes:
        yield _Choice(f"{label} …", value, more, f"{value} ")
    else:
        yield _Choice(label, value, more, value)


def _in_words(choices: Sequence[_Choice], for_customer: bool, speech: Speech) -> tuple[str, str]:
    """The answers as words to reply with, for the text part and for the HTML part."""
    parts = any(each.more for each in choices)
    plain = [with_more(each.words, each.more) for each in choices]
    bold = either([with_more(f"<b>{escape(each.words)}</b>", escape(each.more)) for each in choices], parts, speech)
    if for_customer:
        kind = "reply_word" if all(" " not in each for each in plain) else "reply"
        text = speech.words[kind].format(answers=either(plain, parts, speech))
        return text, escape(speech.words[f"or_{kind}"]).format(answers=bold)
    lines = [_line_of(each) for each in choices]
    text = speech.words["reply_staff_one_of" if len(lines) > 1 else "reply_staff"] + "\n" + "\n".join(lines)
    if len(choices) > _MOST_LISTED:
        return text, escape(speech.words["or_reply_button"]).format(answer=f"<b>{escape(choices[0].label)}</b>")
    return text, escape(speech.words["or_reply_staff"]).format(answers=bold)


def _line_of(choice: _Choice) -> str:
    said = f"- {choice.words}{':' if choice.colon else ''}{with_more('', choice.more) if choice.more else ''}"
    return said if choice.label.casefold() == choice.words.casefold() else f"{said} ({choice.label.rstrip(' …')})"


def _asked(field: Field, card: LetterCard, case: Case) -> bool:
    begun = any(key not in ("name", "email", "phone") for key in case.form.values)
    if card.form == "missing" and begun:
        return field.id in case.form.missing
    return True


def _shown(field: Field, language: str) -> str:
    labels = field.labels.get(language) or next(iter(field.labels.values()))
    return labels[0]


def _short(field: Field, language: str) -> str:
    """The label for staff: the one that is called like the field ("Name", not "Your name"), else the shown one."""
    return next((label for label in field.labels.get(language, ()) if label.casefold() == field.id), "") or _shown(
        field, language
    )


def _with_breaks(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _line(value: str) -> str:
    return " ".join(value.split())


def _form_row(label: str, hint: str, known: str) -> str:
    small = f'<br><span style="color:#6b665c;font-size:13px;">{escape(hint)}</span>' if hint else ""
    return f'<tr><td style="{_CELL}"><b>{escape(label)}:</b> {escape(known)}{small}</td></tr>'
