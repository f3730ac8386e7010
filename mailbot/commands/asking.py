"""One question on the terminal: why it is asked, what Enter means, and again until the answer will do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

from mailbot.terminal import paint

T = TypeVar("T")
LATER = "later"


def told(text: str) -> None:
    """A line beside the questions."""
    click.echo(paint(text, "quiet"), err=True)


def answered(why: str, question: str, default: str, check: Callable[[str], T], hidden: bool = False) -> T | None:
    """The answer that `check` takes; None for `later`. Raises click.Abort where the person stops."""
    click.echo()
    if why:
        click.echo(paint(why, "quiet"))
    while True:
        text = click.prompt(question, default=default, hide_input=hidden, show_default=not hidden)
        if text.strip() == LATER:
            return None
        try:
            return check(text)
        except ValueError as error:
            click.echo(f"  {paint('✗', 'bad')} {error}")
