"""What stands in front of a real server and makes it unusable: another certificate, silence."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from tests.background import HOST, Background
from tests.certificates import Certificate


class Door:
    """TLS from the first byte with a certificate of its own, and behind it the server at `port`; 0: nobody answers."""

    def __init__(self, port: int = 0, certificate: Certificate | None = None) -> None:
        self._behind, self._certificate = port, certificate
        self._background = Background(self._listen, "door")
        self.port = 0

    def start(self) -> Door:
        self.port = self._background.start()
        return self

    def stop(self) -> None:
        self._background.stop()

    async def _listen(self, tell: Callable[[int], None]) -> None:
        context = self._certificate.context() if self._certificate else None
        server = await asyncio.start_server(self._enter, HOST, 0, ssl=context)
        tell(server.sockets[0].getsockname()[1])
        try:
            await asyncio.Event().wait()
        finally:
            server.close()

    async def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._behind:
            with contextlib.suppress(OSError):
                await reader.read()  # until the other side has had enough
            writer.close()
            return
        there, back = await asyncio.open_connection(HOST, self._behind)
        await asyncio.gather(_carry(reader, back), _carry(there, writer))


async def _carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
        sink.close()
