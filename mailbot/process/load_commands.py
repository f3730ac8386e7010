"""rules/commands.yaml -> what staff may write at the top of a mail, who may, and on what proof.

Decides nothing about a mail; two commands may not share a word, since words are matched, never guessed.
"""

from __future__ import annotations

from mailbot.process.load_letters import event_name
from mailbot.process.model import Command
from mailbot.process.names import shown
from mailbot.process.page import Page
from mailbot.process.vocabulary import ROLES, TAKES
from mailbot.process.yaml_marks import Value

KEYS = ("words", "event", "who", "proof", "takes", "about")
PROOFS = ("known", "full")


def load_commands(page: Page, root: Value) -> tuple[Command, ...]:
    """Every command, in the file's order."""
    entries = page.keys(root, "this file", ("commands",), ("commands",))
    if "commands" not in entries:
        return ()
    found: list[Command] = []
    meant: dict[str, str] = {}
    commands = entries["commands"]
    for name, body in page.table(commands, "'commands'").items():
        line = commands.key_lines[name]
        command = _command(page, name, body, line)
        for word in command.words:
            other = meant.setdefault(word.casefold(), name)
            if other != name:
                page.error(line, f"{shown(word)} is a word of command {shown(other)} already")
        found.append(command)
    return tuple(found)


def _command(page: Page, name: str, body: Value, line: int) -> Command:
    what = f"command {shown(name)}"
    entries = page.keys(body, what, KEYS, ("words", "event", "who", "proof"))
    who = page.some_of(entries.get("who"), ROLES, "who")
    if "who" in entries and not who:
        page.error(entries["who"].line, f"nobody may give {what}; name at least one role in 'who'")
    return Command(
        name=name,
        words=page.texts(entries.get("words"), f"'words' of {what}") or (name,),
        event=event_name(page, entries.get("event")),
        who=who,
        proof=page.one_of(entries.get("proof"), PROOFS, "proof", default="full"),
        place=page.place(line),
        takes=page.one_of(entries.get("takes"), TAKES, "takes"),
        about=page.text(entries.get("about"), f"'about' of {what}"),
    )
