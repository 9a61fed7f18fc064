"""How shares are written: no more digits than their intervals allow."""

from models.statistics.shares import Share

DASH = "\u2013"
MINUS = "\u2212"
# Where the interval is narrower than this, whole percents would hide what is known.
NARROW = 0.02


def write_percent(share: Share) -> str:
    """`55%`, or `55.3%` where the interval is narrow; nothing is `0%` however narrow it is."""
    return "0%" if not share.value else f"{100 * share.value:.{_digits(share)}f}%"


def write_interval(share: Share) -> str:
    """`50-60%`, with an en dash."""
    digits = _digits(share)
    return f"{100 * share.low:.{digits}f}{DASH}{100 * share.high:.{digits}f}%"


def write_points(difference: float) -> str:
    """`+12`, `0` or, with a minus sign, `-3`: a difference of shares in percentage points."""
    points = round(100 * difference)
    return f"{points:+d}".replace("-", MINUS) if points else "0"


def _digits(share: Share) -> int:
    return 1 if share.high - share.low < NARROW else 0
