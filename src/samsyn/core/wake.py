"""Lets whoever wrote something that is to be done wake the worker of the same process, so that it need not wait."""

import threading

_written = threading.Event()


def worker() -> None:
    """Say that there is something to do."""
    _written.set()


def wait(seconds: float) -> None:
    """Wait until there is something to do, at most so long."""
    if _written.wait(seconds):
        _written.clear()
