"""One Markdown source -> the text part (as spans) and the HTML part of a letter.

markdown-it-py parses (raw HTML off); marks of values pass through it as plain characters and are
filled in here, escaped in HTML, one line in text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from markdown_it import MarkdownIt
from markdown_it.token import Token

from mailbot.letters.spans import TEMPLATE, Block, Marks, Span, Value

_PARSER = MarkdownIt("commonmark", {"html": False})


@dataclass(frozen=True, slots=True)
class Rendered:
    """Both parts of a letter's body."""

    spans: tuple[Span, ...]
    html: str


def render(source: str, marks: Marks) -> Rendered:
    """Render Markdown with marks in it."""
    tokens, made = _parsed(source)
    text: list[Span] = []
    html: list[str] = []
    numbering: list[int | None] = []  # one entry for each open list: the next number, None for bullets
    lead = ""
    for i, token in enumerate(tokens):
        if token.type in ("ordered_list_open", "bullet_list_open"):
            numbering.append(int(token.attrs.get("start", 1)) if token.type.startswith("o") else None)
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            numbering.pop()
            text += [Span(TEMPLATE, "\n")] if tokens[i - 2].hidden else []  # what follows a tight list stands apart
        elif token.type == "list_item_open":
            lead, numbering = _item_lead(numbering)
        elif token.type == "inline":
            block = marks.lone_block(token.content)
            tight = tokens[i - 1].hidden  # an item of a list without empty lines between
            text += _paragraph(token, marks, block, lead, "\n" if tight else "\n\n")
            html.append(_filled(made[i], marks) if block is None else block.html)
            lead = ""
            continue
        elif token.type == "hr":
            text.append(Span(TEMPLATE, "----------\n\n"))
        elif token.type in ("code_block", "fence"):  # lines with four blanks before them
            text += [*_text_pieces(token.content.rstrip("\n"), marks), Span(TEMPLATE, "\n\n")]
            html.append(_filled(made[i], marks))
            continue
        if not _wraps_block(tokens, i, marks):
            html.append(made[i])
    return Rendered(tuple(text), "".join(html))


@lru_cache(maxsize=512)  # values are marks in the source, so letters that take the same turns have the same one
def _parsed(source: str) -> tuple[tuple[Token, ...], tuple[str, ...]]:
    """The tokens of a source, which are only read, and what each is in HTML."""
    tokens = tuple(_PARSER.parse(source))
    return tokens, tuple(_PARSER.renderer.render([token], _PARSER.options, {}) for token in tokens)


def _item_lead(numbering: list[int | None]) -> tuple[str, list[int | None]]:
    number = numbering[-1]
    if number is None:
        return "- ", numbering
    return f"{number}. ", [*numbering[:-1], number + 1]


def _wraps_block(tokens: Sequence[Token], i: int, marks: Marks) -> bool:
    """Whether this is the <p> or </p> round a block, which brings its own markup."""
    beside = i + 1 if tokens[i].type == "paragraph_open" else i - 1 if tokens[i].type == "paragraph_close" else None
    return beside is not None and marks.lone_block(tokens[beside].content) is not None


def _paragraph(token: Token, marks: Marks, block: Block | None, lead: str, end: str) -> Iterator[Span]:
    if block is not None:
        if not block:
            return  # nothing to quote or list: no gap is left for it
        yield from block.spans
        yield Span(TEMPLATE, "\n\n")
        return
    if lead:
        yield Span(TEMPLATE, lead)
    link = ""
    for child in token.children or ():
        match child.type:
            case "text" | "code_inline":
                yield from _text_pieces(child.content, marks)
            case "softbreak":
                yield Span(TEMPLATE, " ")
            case "hardbreak":
                yield Span(TEMPLATE, "\n")
            case "image":  # what shows where no picture does
                yield from _text_pieces(
                    " ".join(filter(None, (child.content, str(child.attrs.get("title", ""))))), marks
                )
            case "link_open":
                link = " ".join(str(child.attrs[key]) for key in ("href", "title") if child.attrs.get(key))
            case "link_close":
                yield Span(TEMPLATE, f" ({link})")
    yield Span(TEMPLATE, end)


def _text_pieces(content: str, marks: Marks) -> Iterator[Span]:
    for piece in marks.split(content):
        match piece:
            case Value():
                yield Span(piece.origin, str(piece))
            case Block():
                yield from piece.spans
            case _:
                yield Span(TEMPLATE, piece)


def _filled(made: str, marks: Marks) -> str:
    """Rendered HTML with the values put in, escaped."""
    return "".join(
        piece.html if isinstance(piece, Block) else escape(piece) if isinstance(piece, Value) else piece
        for piece in marks.split(made)
    )
