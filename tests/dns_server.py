"""A name server for the tests: answers from a table, on 127.0.0.1 and a free UDP port, or keeps silent."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

Zone = Mapping[tuple[str, str], list[str]]  # (name, type) -> records as text


class NameServer:
    """Serves a zone; a name with no record at all does not exist (NXDOMAIN). `silent`: it never answers."""

    def __init__(self, zone: Zone, *, silent: bool = False) -> None:
        self.zone, self.silent = zone, silent
        self.asked: list[tuple[str, str]] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> NameServer:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                raw, sender = self._socket.recvfrom(4096)
                if raw and not self.silent:
                    self._socket.sendto(self._answer(raw), sender)
            except OSError:
                return

    def _answer(self, raw: bytes) -> bytes:
        query = dns.message.from_wire(raw)
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True), question.rdtype.name
        self.asked.append((name, kind))
        reply = dns.message.make_response(query, recursion_available=True)
        if records := self.zone.get((name, kind)):
            reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *records))
        elif not any(known == name or known.endswith(f".{name}") for known, _ in self.zone):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply.to_wire()
