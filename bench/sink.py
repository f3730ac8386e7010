"""A receiving SMTP server that takes every letter and is never what is waited for: `python bench/sink.py FOLDER`.

In a process of its own, and much quicker than any library's server, so that a bench measures the sender. Prints
`listening on PORT`. Each letter is a file of FOLDER: its envelope on the first line (JSON), then its bytes.
RFC 5321 as far as one client of ours needs it: EHLO, MAIL, RCPT, DATA, RSET, QUIT; 8BITMIME, SMTPUTF8.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

HOST = "127.0.0.1"
END = b"\r\n.\r\n"
HELLO = b"250-sink.test\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"
_PATH = re.compile(rb"<([^<>]*)>")


class Session(asyncio.Protocol):
    """One connection."""

    def __init__(self, keep: Callable[[str, list[str], bytes], None]) -> None:
        self._keep = keep
        self._waiting = bytearray()
        self._in_data = False
        self._sender, self._to = "", list[str]()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._say(b"220 sink.test ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while self._step():
            pass

    def _step(self) -> bool:
        """Take one command, or one whole letter, off what has come."""
        end, mark = (END, len(END)) if self._in_data else (b"\r\n", 2)
        at = self._waiting.find(end)
        if at < 0:
            return False
        taken = bytes(self._waiting[:at])
        del self._waiting[: at + mark]
        if self._in_data:
            self._in_data = False
            self._keep(self._sender, self._to, taken.replace(b"\r\n..", b"\r\n.") + b"\r\n")
            self._say(b"250 2.0.0 taken\r\n")
        else:
            self._say(self._answer(taken))
        return True

    def _answer(self, line: bytes) -> bytes:
        path = _PATH.search(line)
        address = path[1].decode() if path else ""
        match line[:4].upper():
            case b"EHLO" | b"HELO":
                return HELLO
            case b"MAIL":
                self._sender, self._to = address, []
            case b"RCPT":
                self._to.append(address)
            case b"DATA":
                self._in_data = True
                return b"354 go on\r\n"
            case b"QUIT":
                return b"221 2.0.0 bye\r\n"
            case b"RSET" | b"NOOP":
                pass
            case _:
                return b"500 5.5.1 what?\r\n"
        return b"250 2.1.0 OK\r\n"

    def _say(self, words: bytes) -> None:
        assert isinstance(self._transport, asyncio.Transport)
        self._transport.write(words)


async def serve(folder: Path) -> None:
    """Until the process is ended."""
    numbers = count(1)

    def keep(sender: str, to: list[str], raw: bytes) -> None:
        envelope = json.dumps({"from": sender, "to": to}).encode()
        (folder / f"{next(numbers):07}.letter").write_bytes(envelope + b"\n" + raw)

    server = await asyncio.get_running_loop().create_server(lambda: Session(keep), HOST, 0)
    print(f"listening on {server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
