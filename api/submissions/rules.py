"""What the options of a job say about its items as they are submitted."""

from api.schemas.items import ItemRules
from api.services import services
from models.folder_names import FolderNames
from models.time_zones import find_zone


def make_rules(time_zone: str | None, folders_as: str | None) -> ItemRules:
    """Those of a job; its time zone is by default that of the server."""
    zone = find_zone(time_zone or services().settings.time_zone)
    return ItemRules(zone, None if folders_as is None else FolderNames.parse(folders_as))
