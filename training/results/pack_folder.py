"""The trained nets as a pack: a folder that any installation can use."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from models.errors import InvalidPack
from models.packs.pack import Pack
from models.packs.parts import EstimatorPart
from models.packs.shipped_packs import read_shipped
from models.packs.votes import Vote
from models.validation.writing import write_pack
from training.errors import TrainingError


def make_pack(name: str, parts: Sequence[EstimatorPart], vote: Vote) -> Pack:
    """A pack of the trained `parts`; the default one finds faces, and gives what they do not."""
    default = read_shipped()
    others = list(_complete(default, parts))
    return Pack(
        name=name,
        version="1",
        title=f"Trained nets ({name})",
        description=_describe(parts, others),
        detector=default.detector,
        estimators=(*parts, *others),
        vote=vote if any(part.age for part in parts) else default.vote,
    )


def name_pack(text: str) -> str:
    """A name for a pack out of any text."""
    name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40].strip("-")
    return name or "trained"


def _complete(default: Pack, parts: Sequence[EstimatorPart]) -> Sequence[EstimatorPart]:
    """The estimators of the default pack for what `parts` do not tell."""
    if not any(part.gender for part in parts):
        return [replace(part, age=None) for part in default.estimators if part.gender]
    if not any(part.age for part in parts):
        return [replace(part, gender=None) for part in default.estimators if part.age]
    return []


def _describe(parts: Sequence[EstimatorPart], others: Sequence[EstimatorPart]) -> str:
    trained = f"Trained: {', '.join(part.name for part in parts)}."
    if not others:
        return trained
    return f"{trained} From the default pack: {', '.join(part.name for part in others)}."


def write_trained_pack(
    folder: Path, pack: Pack, models: Mapping[str, bytes], weights_dir: Path
) -> None:
    """Write the pack into `folder`. Raises TrainingError if it does not run."""
    try:
        write_pack(folder, pack, models, weights_dir)
    except InvalidPack as error:
        raise TrainingError(f"The trained nets do not run as a pack: {error}.") from error
