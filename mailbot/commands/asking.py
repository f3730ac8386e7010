"""One question on the terminal: why it is asked, what Enter means, and again until the answer will do."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import TypeVar

import click

from mailbot.terminal import paint, width

T = TypeVar("T")
LATER = "later"


def told(text: str) -> None:
    """Words beside the questions, in lines of the terminal's width."""
    for line in text.splitlines():
        indent = " " * (len(line) - len(line.lstrip()))
        for part in textwrap.wrap(line, width(), subsequent_indent=indent, break_on_hyphens=False) or [""]:
            click.echo(paint(part, "quiet"))


def answered(why: str, question: str, default: str, check: Callable[[str], T], hidden: bool = False) -> T | None:
    """The answer that `check` takes; None for `later`. Raises click.Abort where the person stops."""
    click.echo()
    if why:
        told(why)
    while True:
        text = click.prompt(question, default=default, hide_input=hidden, show_default=not hidden)
        if text.strip().casefold() == LATER:
            return None
        try:
            return check(text)
        except ValueError as error:
            click.echo(f"  {paint('✗', 'bad')} {error}")
