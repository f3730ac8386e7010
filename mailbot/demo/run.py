"""One demo from end to end: a folder, the story told in it, its pages, its end."""

from __future__ import annotations

from pathlib import Path

import click

from mailbot.demo import ending, pages
from mailbot.demo.script import Script, load
from mailbot.demo.story import Stage
from mailbot.demo.telling import Teller
from mailbot.demo.world import world
from mailbot.insight.sheet import BLANK

_INTRODUCTION = (
    "Eight weeks of a dry cleaner's complaints mailbox, run by mailbot.",
    "→ comes in   ← mailbot writes   Customers and staff use nothing but email.",
    "The shop: the till, the VA (an assistant), Lucy (operations), Mathilde (care).",
)


def play(folder: Path, program: str, *, live: bool, plain: bool, script: Script | None = None) -> int:
    """Tell the story; 0 when it ended as it must, 1 when it did not.

    Args:
        folder: empty, or to be made.
        program: how mailbot is called, for the commands named at the end.
        live: with pauses for reading.
        plain: no colours, ASCII alone.
        script: the shipped one, unless another is given.
    """
    script = script or load()
    teller = Teller(script, live, plain)
    teller.introduce(_INTRODUCTION)
    with world(folder, script) as made:
        stage, moments = Stage(made, script), []
        for moment in stage.play():
            moments.append(moment)
            teller.tell(moment)
        faults = list(ending.wrong(stage))
        sheet = list(ending.summary(stage, moments))
        for moment in stage.afterwards():
            moments.append(moment)
            teller.tell(moment)
        page = pages.write(stage, moments)
        teller.sheet((BLANK, *sheet, BLANK))
        teller.list_of("To look at", ending.to_look_at(folder, page, stage.case_of(script.look_at), program))
    for fault in faults:
        click.echo(f"the demo went wrong: {fault}", err=True)
    return 1 if faults else 0
