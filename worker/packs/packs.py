"""The packs of a machine: which of those that jobs may ask for it has, and what is recorded of
them."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

from pydantic import TypeAdapter

from db.pack_values import PEOPLE_PACK, PackFile, PackVersion
from models.errors import ModelUnavailable
from models.packs.files import locate_file
from models.packs.folder import find_pack
from models.packs.pack import Pack
from models.packs.parts import Part
from models.weights.catalog import EMBEDDER
from models.weights.folder import require_file
from worker.settings import Settings

logger = logging.getLogger(__name__)

_PACK = TypeAdapter(Pack)


def find_packs(settings: Settings) -> list[Pack]:
    """The packs that jobs may ask for and that this machine has all files of."""
    found = []
    for name in settings.packs:
        try:
            found.append(require_pack(settings, name))
        except ModelUnavailable as error:
            logger.warning("pack not available", extra={"pack": name, "error": str(error)})
    return found


def require_pack(settings: Settings, name: str) -> Pack:
    """The pack of that name, with all its files; raises ModelUnavailable."""
    pack = find_pack(name, settings.packs_dir)
    for file in pack.files:
        locate_file(pack, file, settings.weights_dir)
    return pack


def describe_packs(settings: Settings) -> list[PackVersion]:
    """What this machine can analyze with: its packs, and the embedder where people may be
    linked."""
    return [*map(describe_pack, find_packs(settings)), *find_embedder(settings)]


def find_embedder(settings: Settings) -> list[PackVersion]:
    """The embedder as it is recorded of a worker; nothing where people may not be linked, or the
    file is missing."""
    if not settings.people:
        return []
    try:
        require_file(settings.weights_dir, EMBEDDER)
    except ModelUnavailable as error:
        logger.warning("people cannot be linked", extra={"error": str(error)})
        return []
    made = (EMBEDDER.license, EMBEDDER.source, EMBEDDER.training_data)
    file = PackFile("embedder", EMBEDDER.name, EMBEDDER.sha256, *made)
    return [PackVersion(PEOPLE_PACK, "1", "Linking of people", "", EMBEDDER.sha256, (file,))]


def describe_pack(pack: Pack) -> PackVersion:
    """What is recorded of a pack with what it analyzes."""
    return PackVersion(
        pack.name,
        pack.version,
        pack.title,
        pack.description,
        identify_pack(pack),
        tuple(_describe_files(pack)),
    )


def identify_pack(pack: Pack) -> str:
    """The sha256 of everything that a pack consists of, the hashes of its files included; a later
    version of Facetally that knows more keys of a pack computes the same one."""
    fields = _PACK.dump_python(replace(pack, folder=None), mode="json", exclude_defaults=True)
    return sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


def _describe_files(pack: Pack) -> Iterator[PackFile]:
    parts: list[tuple[str, Part]] = [("detector", pack.detector)]
    parts += [(one.name, one) for one in pack.estimators]
    for name, part in parts:
        for file in part.files:
            yield PackFile(
                name, file.name, file.sha256, part.license, part.source, part.training_data
            )
