"""An asyncio server on a thread of its own, for servers that tests start and stop."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any

HOST = "127.0.0.1"
START_SECONDS = 20


class Background:
    """An asyncio server on a thread of its own: `serve` gets a function to call with the port, and is cancelled."""

    def __init__(self, serve: Callable[[Callable[[int], None]], Coroutine[Any, Any, None]], name: str) -> None:
        self._port: Future[int] = Future()
        self._serve = serve
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._task: asyncio.Task[None] | None = None
        self.loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> int:
        self._thread.start()
        return self._port.result(START_SECONDS)

    def stop(self) -> None:
        if self.loop and self._task:
            with contextlib.suppress(RuntimeError):  # it has ended already
                self.loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(START_SECONDS)

    def soon(self, action: Callable[[], object]) -> None:
        """Do it on the loop, and wait until it is done."""
        done = threading.Event()
        assert self.loop
        self.loop.call_soon_threadsafe(action)
        self.loop.call_soon_threadsafe(done.set)
        assert done.wait(START_SECONDS)

    def _run(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self._main())

    async def _main(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        try:
            await self._serve(self._port.set_result)
        except OSError as error:
            if self._port.done():
                raise
            self._port.set_exception(error)
