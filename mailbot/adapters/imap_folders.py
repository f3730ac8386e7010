"""What the desk's folders are called on this server, and making the ones that are missing.

The desk says `Mailbot/Cases`; the server may want `INBOX.Mailbot.Cases`. It must never rename or delete a folder.
RFC 2342 (NAMESPACE), RFC 3501 6.3.3, 6.3.6, 6.3.8 (CREATE, SUBSCRIBE, LIST), RFC 6154 (special-use \\Sent).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from mailbot.adapters.imap_refusals import MISSING, code, refused
from mailbot.adapters.ports import INBOX, SENT

# Where mail programs file what was sent, if no folder says so itself; the first that is there counts.
SENT_NAMES = (
    "Sent", "Sent Items", "Sent Messages", "Sent Mail", "[Gmail]/Sent Mail", "Gesendet", "Gesendete Objekte",
    "Gesendete Elemente", "Envoyés", "Éléments envoyés", "Messages envoyés", "Enviados", "Elementos enviados",
    "Posta inviata", "Inviata", "Verzonden", "Verzonden items", "Itens Enviados", "已发送", "已发送邮件",
)  # fmt: skip
NEW_SENT = "Sent"
UNREAL = frozenset({b"\\noselect", b"\\nonexistent"})
FLAT = "-"  # stands for the delimiter on a server without hierarchy (RFC 3501 7.2.2: NIL)


@dataclass(frozen=True, slots=True)
class Space:
    """The personal namespace: what folder names begin with, and what stands between their parts."""

    prefix: str
    delimiter: str

    def name(self, folder: str) -> str:
        """The server's name for one of the desk's."""
        return self.prefix + folder.replace("/", self.delimiter)


class Names:
    """What the desk's folders are called on one connection; asked for once.

    Args:
        inbox: the server's name of the folder that customers write to.
    """

    def __init__(self, inbox: str) -> None:
        self._inbox = inbox
        self._known: dict[str, str] = {}

    def of(self, client: Any, folder: str) -> str:
        """The server's name for one of the desk's folders."""
        if folder == INBOX:
            return self._inbox
        if folder not in self._known:
            space = personal_space(client)
            self._known[folder] = sent_folder(client, space) if folder == SENT else space.name(folder)
        return self._known[folder]

    def forget(self) -> None:
        """The connection is gone; the next one is asked anew."""
        self._known.clear()


def personal_space(client: Any) -> Space:
    """From NAMESPACE where the server has it, else the delimiter from LIST "" "" and no prefix."""
    if client.has_capability("NAMESPACE"):
        for prefix, delimiter in client.namespace().personal or ():
            return Space(_text(prefix), _text(delimiter) or FLAT)
    for pattern in ("", "INBOX"):
        for _, delimiter, _ in client.list_folders("", pattern):
            return Space("", _text(delimiter) or FLAT)
    return Space("", FLAT)


def sent_folder(client: Any, space: Space) -> str:
    """Where copies of letters go: the folder marked \\Sent, else one named so, else the name of one to be made."""
    folders = [(flags, _text(name)) for flags, _, name in client.list_folders()]
    real = [(flags, name) for flags, name in folders if not UNREAL & _lower(flags)]
    marked = [name for flags, name in real if b"\\sent" in _lower(flags)]
    if marked:
        return min(marked, key=lambda name: not name.startswith(space.prefix))  # ours before a shared one
    present = {name.casefold(): name for _, name in real}
    for candidate in SENT_NAMES:
        for name in (space.name(candidate), candidate):
            if name.casefold() in present:
                return present[name.casefold()]
    return space.name(NEW_SENT)


def exists(client: Any, name: str) -> bool:
    """Whether the folder is there and can be opened."""
    return any(_text(found) == name and not UNREAL & _lower(flags) for flags, found in _listed(client, name))


def absent(client: Any, name: str, error: BaseException) -> bool:
    """Whether a refused command was refused because the folder is not there; servers without RFC 5530 are asked."""
    return refused(error) and (code(error) in MISSING or not exists(client, name))


def create(client: Any, name: str) -> None:
    """Make the folder and subscribe to it, so that people see it; somebody else's having made it is as good."""
    try:
        client.create_folder(name)
    except IMAPClientError as error:
        if not refused(error) or not exists(client, name):
            raise
    try:
        client.subscribe_folder(name)
    except IMAPClientAbortError:
        raise
    except IMAPClientError:
        pass  # a folder nobody subscribed to still holds mail


def _listed(client: Any, name: str) -> Iterator[tuple[Any, Any]]:
    for flags, _, found in client.list_folders("", name):
        yield flags, found


def _lower(flags: Any) -> set[bytes]:
    return {flag.lower() for flag in flags or () if isinstance(flag, bytes)}


def _text(word: Any) -> str:
    """imapclient gives bytes, text or None, as the server happened to quote it."""
    if isinstance(word, bytes):
        with suppress(UnicodeDecodeError):
            return word.decode("ascii")
        return word.decode("utf-8", "replace")
    return "" if word is None else str(word)
