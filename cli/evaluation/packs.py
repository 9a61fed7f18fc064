"""Which packs an evaluation measures."""

from collections.abc import Sequence

from cli.exits import CommandFailed
from cli.terminal import tell
from models.errors import ModelUnavailable
from models.packs.pack import Pack
from models.packs.shipped_packs import list_shipped
from worker.packs.packs import require_pack
from worker.settings import Settings

ALL = "all"


def choose_packs(settings: Settings, names: Sequence[str]) -> list[Pack]:
    """The packs of these names, in their order; that of the settings if there are none.

    `all` stands for every pack that this machine has the files of; those that it lacks are told.
    CommandFailed if a pack that is named cannot be opened.
    """
    if ALL in names:
        return _choose_all(settings)
    try:
        return [require_pack(settings, name) for name in dict.fromkeys(names or (settings.pack,))]
    except ModelUnavailable as error:
        raise CommandFailed(str(error)) from error


def _choose_all(settings: Settings) -> list[Pack]:
    own = sorted(path.name for path in settings.packs_dir.glob("*") if path.is_dir())
    found = []
    for name in dict.fromkeys((settings.pack, *list_shipped(), *own)):
        try:
            found.append(require_pack(settings, name))
        except ModelUnavailable as error:
            tell(f"The pack {name} is left out. {error}")
    if not found:
        raise CommandFailed("No pack has all its files here. Run `facetally weights fetch --all`.")
    return found
