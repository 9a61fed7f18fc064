"""The template environment of reports, and how figures are written in them."""

from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from api.reports.figures import DASH, Uncertain, write_interval, write_percent

SPACE, MINUS = "\u00a0", "\u2212"


@cache
def open_templates() -> Environment:
    """An environment that escapes every text and refuses unknown names; a process compiles each
    template once."""
    environment = Environment(
        # Style sheets lie with those of the pages; a report includes them.
        loader=ChoiceLoader([PackageLoader("api"), PackageLoader("api", "static")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters |= {
        "percent": percent,
        "years": years,
        "interval": interval,
        "counted": counted,
        "share": write_percent,
        "span": write_interval,
    }
    return environment


def percent(share: Uncertain | float | None) -> str:
    """`92.6%`."""
    if share is None:
        return "-"
    return f"{100 * (share if isinstance(share, float | int) else share.value):.1f}%"


def years(figure: Uncertain) -> str:
    """`+2.4`: with a sign."""
    return f"{figure.value:+.1f}".replace("-", MINUS)


def interval(figure: Uncertain | None, kind: str = "percent") -> str:
    """`91.2-94.0%` with an en dash, `5.9 to 6.5` years or, with signs, a bias in years."""
    if figure is None:
        return ""
    if kind == "percent":
        return f"{100 * figure.low:.1f}{DASH}{100 * figure.high:.1f}%"
    sign = "+" if kind == "bias" else ""
    return f"{figure.low:{sign}.1f} to {figure.high:{sign}.1f}".replace("-", MINUS)


def counted(faces: int | None, min_cell: int) -> str:
    """`1,250`, or `fewer than 5` for a withheld count."""
    return f"fewer than {min_cell}" if faces is None else f"{faces:,}"
