"""Stretches of time by name: an address with `period=30d` means other days tomorrow."""

from collections.abc import Callable
from datetime import date, timedelta


def _last(days: int) -> Callable[[date], tuple[date, date]]:
    return lambda today: (today - timedelta(days=days - 1), today)


def _last_week(today: date) -> tuple[date, date]:
    monday = today - timedelta(days=today.weekday() + 7)
    return monday, monday + timedelta(days=6)


def _this_month(today: date) -> tuple[date, date]:
    return today.replace(day=1), today


def _last_month(today: date) -> tuple[date, date]:
    end = today.replace(day=1) - timedelta(days=1)
    return end.replace(day=1), end


def _this_year(today: date) -> tuple[date, date]:
    return today.replace(month=1, day=1), today


PRESETS: dict[str, Callable[[date], tuple[date, date]]] = {
    "last_week": _last_week,
    "7d": _last(7),
    "30d": _last(30),
    "70d": _last(70),
    "month": _this_month,
    "last_month": _last_month,
    "year": _this_year,
}
