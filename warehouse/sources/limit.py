"""How long one attempt at a server may take as a whole, whatever trickles in.

HTTPX's time-outs count from byte to byte: headers that come letter by letter, or answers that say that there will be one (status
1xx), would go on for ever.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any


class TimeLimit:
    """Ends what is connected once an attempt has taken longer than ``seconds``; ``is_over`` from then on.

    ``note`` is told by HTTP Core (extension "trace") what is connected.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._over = threading.Event()
        self._streams: list[Any] = []  # of HTTP Core, one a connection: a run makes tens

    @property
    def is_over(self) -> bool:
        """Whether the attempt that began last has had its time."""
        return self._over.is_set()

    def note(self, event: str, info: dict[str, Any]) -> None:
        """HTTP Core's trace: what is connected, so that it can be ended."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._streams.append(info["return_value"])
            if self.is_over:  # it was up while the server took the call
                _end(info["return_value"])

    @contextmanager
    def one_attempt(self) -> Iterator[None]:
        """The time counts from here on."""
        self._over = over = threading.Event()
        timer = threading.Timer(self.seconds, self._time_is_up, args=(over,))
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _time_is_up(self, over: threading.Event) -> None:
        over.set()
        for stream in tuple(self._streams):
            _end(stream)


def _end(stream: Any) -> None:
    # Of the socket below, not of TLS: SSLSocket.shutdown forgets that there was TLS, and whoever is reading would be given what
    # has come as it lies there, encrypted, and take it for the file.
    with suppress(OSError):  # it is closed already
        socket.socket.shutdown(stream.get_extra_info("socket"), socket.SHUT_RDWR)
