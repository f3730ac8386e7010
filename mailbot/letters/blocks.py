"""The blocks of a letter: the form to fill in, the answers to tap, the details to copy, a quotation.

In the text part each field of a form is one line, `<shown label>:`, with the known value or nothing
after it (a contract: programs read and fill it). Known values are the customer's own words.
"""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from mailbot.cases.model import Case
from mailbot.letters.spans import CUSTOMER, FORM, TEMPLATE, Block, Span
from mailbot.process.model import Field, LetterCard, Process

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


def form(card: LetterCard, case: Case, process: Process, language: str) -> Block:
    """The form, whole or only what is missing, with what is known filled in."""
    if not card.form:
        return _NOTHING
    fields = [field for field in process.form if _asked(field, card, case)]
    spans: list[Span] = []
    rows: list[str] = []
    for field in fields:
        label, known = _shown(field, language), case.form.values.get(field.id, "")
        hint = field.hints.get(language, "")
        if hint:  # it stands above, with air before it: below it would be read as what was written there
            spans.append(Span(FORM, f"\n({hint})\n" if spans else f"({hint})\n"))
        spans += [Span(FORM, f"{label}:"), Span(CUSTOMER, f" {_line(known)}" if known else ""), Span(FORM, "\n")]
        rows.append(_form_row(label, hint, known))
    spans[-1:] = []  # the paragraph brings the last line end
    table = f'<table role="presentation" width="100%" style="border-collapse:collapse;">{"".join(rows)}</table>'
    return Block(tuple(spans), table)


def answers(card: LetterCard, address: str, subject: str, reference: str) -> Block:
    """The answers of a letter to staff: one tap each, and as words to reply with."""
    if not card.answers:
        return _NOTHING
    lines, buttons = [], []
    for answer in card.answers:
        word = f"{answer.value}: and your words" if answer.takes else answer.value
        lines.append(f"- {word} ({answer.label})" if answer.label.casefold() != word else f"- {word}")
        body = f"{answer.value}{': ' if answer.takes else ''}\r\n\r\nref {reference}"
        link = (
            f"mailto:{quote(address, safe='@')}?subject={quote('Re: ' + subject, errors='replace')}&body={quote(body)}"
        )
        buttons.append(f'<a href="{escape(link)}" style="{_BUTTON}">{escape(answer.label)}</a>')
    text = ("Reply with one of:\n" if len(lines) > 1 else "Reply with:\n") + "\n".join(lines)
    words = [f"<b>{escape(each.value)}</b>" + (" and your words" if each.takes else "") for each in card.answers]
    either = " or ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else words[0]
    html = f'<p style="margin:0 0 6px;">{"".join(buttons)}</p><p style="{_ASIDE}">Or reply with {either}.</p>'
    return Block((Span(TEMPLATE, text),), html)


def details(case: Case, process: Process, language: str, for_customer: bool) -> Block:
    """What the form says, a line each, in the form's order: ready to copy into the till system.

    To the customer each line begins with a dot, so that no program takes it for a line of a form to fill in.
    """
    known = [
        (_shown(field, language) if for_customer else _short(field, language), case.form.values[field.id])
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


def signature(owner: str, title: str, desk: str) -> Block:
    """How the owner signs; a desk that is called like the title is not said twice."""
    house = " ".join(desk.replace(title, " ").split())
    text = "\n".join(["Kind regards,", *(line for line in (owner, title, house) if line)])
    return Block((Span(TEMPLATE, text),), f"<p>{_with_breaks(text)}</p>")


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
