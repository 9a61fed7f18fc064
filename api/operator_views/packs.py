"""The packs that jobs may ask for."""

from collections import Counter

from flask import Response
from flask_openapi3 import Tag

from api.call_groups import CallGroup
from api.schemas.errors import ERRORS
from api.schemas.packs import PackOut, PacksOut
from api.schemas.replies import reply
from api.services import services
from db.pack_values import PackVersion
from db.processes import read_processes
from models.errors import ModelUnavailable
from models.packs.folder import find_pack
from worker.packs.packs import describe_pack
from worker.settings import Settings

blueprint = CallGroup(
    "packs", __name__, url_prefix="/v1", abp_tags=[Tag(name="packs")], abp_responses=ERRORS
)


@blueprint.get("/packs", responses={200: PacksOut})
def list_packs() -> Response:
    """List the packs: the models that a job can choose with `options.pack`.

    Each has its versions, with the license and the training data of every model file. More than one
    version means that workers differ.
    """
    return reply(PacksOut(packs=read_packs()))


def read_packs() -> list[PackOut]:
    """The packs that jobs may ask for, the default first."""
    opened = services()
    with opened.database.read() as session:
        found = [pack for process in read_processes(session) for pack in process.packs]
    workers = Counter(pack.sha256 for pack in found)
    held = {pack.sha256: pack for pack in found}
    return [
        PackOut.of(
            name,
            [pack for pack in held.values() if pack.name == name]
            or _read_own(opened.settings, name),
            workers,
            default=name == opened.settings.pack,
        )
        for name in opened.settings.packs
    ]


def _read_own(settings: Settings, name: str) -> list[PackVersion]:
    """As it is on this machine; nothing where an operator's pack lies on those of workers only."""
    try:
        return [describe_pack(find_pack(name, settings.packs_dir))]
    except ModelUnavailable:
        return []
