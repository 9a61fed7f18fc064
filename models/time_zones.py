"""Time zones by their names in the IANA database."""

from zoneinfo import ZoneInfo


def find_zone(name: str) -> ZoneInfo:
    """The zone; raises ValueError for a name that is none."""
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError) as error:
        raise ValueError(
            f"{name!r} is not a time zone. Give one like Europe/Paris, or UTC."
        ) from error
