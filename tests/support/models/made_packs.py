"""A pack of two small models, made for tests: ages in ONNX, and genders in Caffe."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from models.packs.reading import PACK_FILE
from tests.support.models.small_models import write_caffe, write_onnx

DESCRIPTION = """
name = "made"
version = "1"
title = "Made"

[detector]
part = "yunet"

[[estimator]]
name = "ages"
file = "ages.onnx"
sha256 = "{ages}"
license = "MIT"
source = "a test"
training_data = "none"
crop = {{ kind = "aligned", side = 16 }}
age = {{ kind = "groups", groups = [[0, 20], [21, 50], [51, 90]] }}

[[estimator]]
name = "genders"
file = "genders.caffemodel"
sha256 = "{genders}"
network = "genders.prototxt"
network_sha256 = "{network}"
license = "MIT"
source = "a test"
training_data = "none"
crop = {{ kind = "box", side = 16, padding_share = 0.2 }}
gender = {{ kind = "softmax", classes = ["female", "male"] }}
"""


def write_pack(folder: Path, replace: Iterable[tuple[str, str]] = ()) -> Path:
    """The folder with the models and their pack.toml, some of whose text is replaced."""
    folder.mkdir(exist_ok=True)
    write_onnx(folder / "ages.onnx", labels=3)
    write_caffe(folder / "genders.prototxt", folder / "genders.caffemodel", labels=2)
    describe_made(folder, replace)
    return folder


def describe_made(folder: Path, replace: Iterable[tuple[str, str]] = ()) -> None:
    """Write the pack.toml of the models in `folder`, with some of its text replaced."""
    text = DESCRIPTION.format(
        ages=_hash(folder / "ages.onnx"),
        genders=_hash(folder / "genders.caffemodel"),
        network=_hash(folder / "genders.prototxt"),
    )
    for old, new in replace:
        assert old in text
        text = text.replace(old, new)
    (folder / PACK_FILE).write_text(text)


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
