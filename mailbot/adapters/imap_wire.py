"""The wire under an IMAP connection: opened, and read at a pace, so that no answer is waited for without end.

It decides how long getting in and how long one command may take. It must never fall back to plain text where TLS was
asked for, and never trust a certificate that the system does not.
"""

from __future__ import annotations

import imaplib
import socket
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from imapclient import IMAPClient
from imapclient.datetime_util import datetime_to_INTERNALDATE
from imapclient.imapclient import SocketTimeout, join_message_ids
from imapclient.response_parser import parse_fetch_response

from mailbot.adapters.paced import Pace

# One command may take so many waits of the connection: ten minutes by default. Servers say `* OK still working` every
# few seconds while they copy thousands of mails, so words alone are no progress; what is large is fetched in pieces.
WAITS = 10


class Wire(IMAPClient):  # type: ignore[misc]  # imapclient has no types
    """imapclient's connection with a pace. All until `is_open` is one time: a server that is well needs a second.

    Args:
        opening, reading: seconds for one wait, until the greeting and after it; getting in has both together.
    """

    def __init__(self, host: str, port: int, *, tls: bool, opening: float, reading: float) -> None:
        self._pace, self._reading = Pace(opening + reading), reading
        super().__init__(host, port, ssl=tls, timeout=SocketTimeout(connect=opening, read=reading))
        self.normalise_times = False  # else INTERNALDATE comes back naive, in the local zone

    def is_open(self) -> None:
        """From here on each command has a time of its own."""
        self._pace.each(WAITS * self._reading)

    def ends_within(self, seconds: float) -> None:
        """All that is still said on this connection."""
        self.socket().settimeout(seconds)
        self._pace.within(seconds)

    def begin_fetch(self, uids: Sequence[int], data: str) -> tuple[bytes, bytes]:
        """FETCH sent and its answer not waited for: no other command before `end_fetch` has it. RFC 3501 5.5.

        NOOP before it, so that the server first hears itself what others took away (RFC 3501 5.2).
        """
        return self._imap._command("NOOP"), self._imap._command("UID", "FETCH", join_message_ids(uids), f"({data})")

    def end_fetch(self, tags: tuple[bytes, bytes]) -> Mapping[int, Mapping[bytes, Any]]:
        """The answer to `begin_fetch`, as `fetch` gives it; the server has its whole time from here on."""
        self._pace.asked()
        noop, fetch = tags
        self._imap._command_complete("NOOP", noop)
        typ, answer = self._imap._command_complete("FETCH", fetch)
        self._checkok("fetch", typ, answer)
        typ, answer = self._imap._untagged_response(typ, answer, "FETCH")
        found: Mapping[int, Mapping[bytes, Any]] = parse_fetch_response(answer, self.normalise_times, self.use_uid)
        return found

    def begin_append(self, folder: str, mails: Sequence[tuple[bytes, datetime]]) -> bytes:
        """Several mails sent by one command, marked read, and the server's word not waited for until `end_append`.

        It needs LITERAL+ and MULTIAPPEND: without them a server has to be heard before each mail. RFC 7888, RFC 3502.
        """
        tag: bytes = self._imap._new_tag()
        line = [tag, b" APPEND ", self._normalise_folder(folder)]
        for raw, at in mails:
            when = datetime_to_INTERNALDATE(at.astimezone(UTC)).encode("ascii")
            line += [b' (\\Seen) "', when, b'" {%d+}\r\n' % len(raw), raw]
        self._imap.send(b"".join((*line, b"\r\n")))
        return tag

    def end_append(self, tag: bytes) -> bool:
        """The server's word on `begin_append`: whether they are there. What it could not read raises."""
        self._pace.asked()
        typ, _ = self._imap._command_complete("APPEND", tag)
        return bool(typ == "OK")

    def lines_at_hand(self) -> list[bytes]:
        """The lines that have come already; asked once after `idle`.

        What comes in one piece with the server's `+` is in imaplib's buffer, where `idle_check`, which asks the socket
        alone, does not look: mail that came just before IDLE would be noticed only when IDLE ends.
        """
        lines: list[bytes] = []
        self.socket().setblocking(False)
        try:
            while True:
                lines.append(self._imap._get_line())
        except OSError:
            return lines
        except self.AbortError as error:
            if "EOF" not in str(error):
                raise  # half a line: who waits for mail looks anew
            return lines  # no more, or the connection is gone: which of the two, the wait that follows will show
        finally:
            self._set_read_timeout()

    def start_tls(self) -> None:
        """STARTTLS, and the rest encrypted. Raises CapabilityError where the server has none."""
        self.starttls(self._pace.context())

    def _create_IMAP4(self) -> imaplib.IMAP4:
        return _Imap4(self.host, self.port, self._timeout.connect, self._pace, tls=self.ssl)


class _Imap4(imaplib.IMAP4):
    """imaplib's connection over a socket with a pace."""

    def __init__(self, host: str, port: int, seconds: float, pace: Pace, *, tls: bool) -> None:
        self._pace, self._tls = pace, tls
        super().__init__(host, port, seconds)

    def _create_socket(self, timeout: Any) -> socket.socket:
        plain = self._pace.connect((self.host, self.port), timeout)
        _tune(plain)
        return self._pace.context().wrap_socket(plain, server_hostname=self.host) if self._tls else plain


def _tune(sock: socket.socket) -> None:
    """imapclient writes a command in two pieces: with Nagle's algorithm on, each waits 40 ms for the other's ACK."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
