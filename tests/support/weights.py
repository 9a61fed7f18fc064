"""A small pinned file, and wheels and source archives that have it."""

import io
import tarfile
import zipfile

from models.weights.catalog import Distribution, PinnedFile
from models.weights.folder import hash_bytes

CONTENT = b"weights"
MEMBER = "a/b.onnx"


def make_wheel() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as wheel:
        wheel.writestr(MEMBER, CONTENT)
    return stream.getvalue()


def make_source() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as source:
        member = tarfile.TarInfo(MEMBER)
        member.size = len(CONTENT)
        source.addfile(member, io.BytesIO(CONTENT))
    return stream.getvalue()


WHEEL = make_wheel()
PACKAGE = Distribution("small-models", "small_models-1.0-py3-none-any.whl", hash_bytes(WHEEL))
SMALL = PinnedFile(
    name="models/small.onnx",
    sha256=hash_bytes(CONTENT),
    distribution=PACKAGE,
    member=MEMBER,
    license="MIT",
    source="us",
    input_size="1x1",
)
