"""What the options of a job say about its items as they are submitted."""

from http import HTTPStatus

from api.errors import ApiError
from api.schemas.items import ItemRules
from api.schemas.options import OptionsBody
from api.services import services
from db.job_values import JobOptions
from models.folder_names import FolderNames
from worker.addresses.destinations import DestinationRefused, Destinations


def choose_time_zone(wanted: str | None) -> str:
    """The wanted one, or else the server's."""
    return wanted or services().settings.time_zone


def check_options(options: OptionsBody) -> None:
    """Raises ApiError where the operator does not allow them."""
    check_people(options.people)
    _check_destination(options.results_to)


def check_people(people: bool) -> None:
    if people and not services().settings.people:
        raise ApiError(
            HTTPStatus.FORBIDDEN,
            "This server does not link faces to people, because its operator does not allow it "
            "(FACETALLY_PEOPLE). Leave out the option people.",
            "forbidden_people",
        )


def _check_destination(results_to: str | None) -> None:
    if results_to is None:
        return
    try:
        Destinations(services().settings.destinations).permit(results_to)
    except DestinationRefused as error:
        raise ApiError(HTTPStatus.FORBIDDEN, str(error), "forbidden_destination") from error


def make_rules(options: JobOptions) -> ItemRules:
    folders_as = options.folders_as
    return ItemRules(options.zone, None if folders_as is None else FolderNames.parse(folders_as))
