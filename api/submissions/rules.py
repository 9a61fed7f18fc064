"""What the options of a job say about its items as they are submitted."""

from api.schemas.items import ItemRules
from api.services import services
from db.job_values import JobOptions
from models.folder_names import FolderNames


def choose_time_zone(wanted: str | None) -> str:
    """The wanted one, or else the server's."""
    return wanted or services().settings.time_zone


def make_rules(options: JobOptions) -> ItemRules:
    folders_as = options.folders_as
    return ItemRules(options.zone, None if folders_as is None else FolderNames.parse(folders_as))
