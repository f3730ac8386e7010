"""A TCP proxy between the desk and a server, to be cut: what networks do to long mails and idle connections."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from tests.background import HOST, Background


class Cable:
    """A TCP proxy to a server, to be cut: after so many bytes from the server, now, or for new connections too."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._writers: set[asyncio.StreamWriter] = set()
        self._background = Background(self._listen, "cable")
        self.port = 0
        self.connections = 0
        self.cut_after: int | None = None  # bytes from the server to the client, counted afresh in each connection
        self.broken = False  # new connections are cut at once

    def start(self) -> Cable:
        self.port = self._background.start()
        return self

    def stop(self) -> None:
        self._background.stop()

    def cut(self) -> None:
        """Cut every connection now."""
        self._background.soon(self._cut_all)

    def _cut_all(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _listen(self, tell: Callable[[int], None]) -> None:
        server = await asyncio.start_server(self._connect, HOST, 0)
        tell(server.sockets[0].getsockname()[1])
        try:
            await asyncio.Event().wait()
        finally:
            server.close()
            self._cut_all()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self.broken:
            writer.transport.abort()
            return
        there, back = await asyncio.open_connection(HOST, self._to)
        self._writers |= {writer, back}
        await asyncio.gather(self._carry(reader, back, None), self._carry(there, writer, self.cut_after))

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, left: int | None) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                if left is not None:
                    data, left = data[:left], left - len(data)
                sink.write(data)
                await sink.drain()
                if left is not None and left <= 0:
                    self._cut_all()
            sink.close()
