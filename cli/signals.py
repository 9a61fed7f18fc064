"""Signals end a program by an exception, so that everything it has started is cleaned up."""

import signal
import sys
from types import FrameType
from typing import NoReturn

RETRY_SECONDS = 0.05


def end_on_signals() -> None:
    """SIGTERM and SIGHUP raise SystemExit, and SIGINT KeyboardInterrupt, in the main thread."""
    # Shells start background commands with SIGINT ignored; a script may still send it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        # A signal that was ignored, as under nohup, stays ignored.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)
    raise_dropped_again()


def raise_dropped_again() -> None:
    """Python drops what is raised in a destructor or in the callback of a weak reference. A signal
    may arrive while one runs; from now on its exception is raised again a moment later."""
    sys.unraisablehook = _raise_again


def _end(number: int, _: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)


def _raise_again(dropped: "sys.UnraisableHookArgs") -> None:
    error = dropped.exc_value
    if not isinstance(error, (KeyboardInterrupt, SystemExit)):
        sys.__unraisablehook__(dropped)
        return
    kind, values = type(error), error.args

    def raise_again(*_: object) -> NoReturn:
        raise kind(*values)

    signal.signal(signal.SIGALRM, raise_again)
    signal.setitimer(signal.ITIMER_REAL, RETRY_SECONDS)
