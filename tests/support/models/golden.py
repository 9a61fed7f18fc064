"""What every shipped estimator makes of eight faces of the sample photos, recorded once.

`python -m tests.support.models.golden` records it again, after a change that is meant to change it.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from models.estimators.chips import plan_chips
from models.estimators.estimator import Estimator
from models.face import Box, Detection
from models.graphs.device import Device
from models.graphs.graph import CPU
from models.graphs.opening import load_graph
from models.packs.completion import read_parts
from models.packs.files import locate_file
from models.packs.pack import Pack
from models.packs.reading import parse_pack
from models.pictures.picture import Picture
from models.validation.faces import read_samples
from models.weights.folder import default_weights_dir

GOLDEN = Path(__file__).parents[2] / "models" / "estimators" / "golden.json"
HEAD = 'name = "golden"\nversion = "1"\ntitle = "All"\n[detector]\npart = "yunet"\n'
WEIGHTS_DIR = default_weights_dir(os.environ)

# Boxes of the faces, by the index of the sample (5, 2, 0 and 1 faces, at half size), with landmarks
# as YuNet finds them: so that only estimators are pinned.
FACES = json.loads(GOLDEN.read_text())["faces"] if GOLDEN.exists() else []

Answers = dict[str, list[float]]


def make_golden_pack() -> Pack:
    """A pack of every shipped estimator."""
    parts = "".join(f'[[estimator]]\npart = "{name}"\n' for name in read_parts()["estimator"])
    return parse_pack(HEAD + parts)


def ask_estimators() -> Iterator[tuple[str, Answers]]:
    """The years and the probabilities of female by each estimator, for each of the faces."""
    pack, pictures = make_golden_pack(), list(read_samples(WEIGHTS_DIR))
    for part in pack.estimators:
        paths = [locate_file(pack, file, WEIGHTS_DIR) for file in part.files]
        plan = plan_chips([part])
        chips = [plan.cut(*find_face(pictures, face)) for face in FACES]
        opinion = Estimator(part, load_graph(paths, Device(CPU))).estimate(plan.gather(chips, 0))
        answers = {}
        if opinion.ages is not None:
            answers["years"] = opinion.ages.years.round(2).tolist()
        if opinion.females is not None:
            answers["female"] = opinion.females.round(4).tolist()
        yield part.name, answers


def find_face(pictures: list[Picture], face: dict) -> tuple[Picture, Detection]:
    landmarks = tuple((x, y) for x, y in face["landmarks"])
    return pictures[face["sample"]], Detection(Box(*face["box"]), 0.9, landmarks)


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps({"faces": FACES, "answers": dict(ask_estimators())}, indent=1))
