"""Which pack analyzes what is submitted: one of those that the operator allows."""

from api.errors import InvalidRequest
from api.services import services


def choose_pack(asked: str | None) -> str:
    """The name of the pack that was asked for, or of the default one.

    Raises InvalidRequest if jobs may not ask for it.
    """
    settings = services().settings
    if asked is None:
        return settings.pack
    if asked not in settings.packs:
        raise InvalidRequest(
            f"There is no pack {asked!r} on this server. Choose one of: "
            f"{', '.join(settings.packs)}.",
            [{"field": "pack", "problem": "not a pack of this server"}],
        )
    return asked
