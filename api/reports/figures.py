"""How shares are written: no more digits than their intervals allow."""

from typing import Protocol

DASH = "\u2013"
MINUS = "\u2212"
# Where the interval is narrower than this, whole percents would hide what is known.
NARROW = 0.02


class Uncertain(Protocol):
    """A figure with its 95% interval."""

    @property
    def value(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


def write_percent(share: Uncertain) -> str:
    """`55%`, or `55.3%` where the interval is narrow; nothing is `0%` however narrow it is."""
    return "0%" if not share.value else f"{100 * share.value:.{_digits(share)}f}%"


def write_interval(share: Uncertain) -> str:
    """`50-60%`, with an en dash."""
    digits = _digits(share)
    return f"{100 * share.low:.{digits}f}{DASH}{100 * share.high:.{digits}f}%"


def write_range(figure: Uncertain) -> str:
    """`5.9-6.5` of a figure such as 6.2 years, with an en dash."""
    return f"{figure.low:.1f}{DASH}{figure.high:.1f}"


def write_points(difference: float) -> str:
    """`+12`, `0` or, with a minus sign, `-3`: a difference of shares in percentage points."""
    points = round(100 * difference)
    return f"{points:+d}".replace("-", MINUS) if points else "0"


def _digits(share: Uncertain) -> int:
    return 1 if share.high - share.low < NARROW else 0
