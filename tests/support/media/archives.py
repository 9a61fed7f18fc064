"""Archives with members that a test names."""

import io
import sys
import tarfile
import zipfile

from tests.support.media.sample_pictures import encode_scene

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PICTURE = encode_scene("JPEG")


def make_zip(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def make_tar(members: dict[str, bytes], mode: str = "w") -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def make_zst(members: dict[str, bytes]) -> bytes:
    return zstd.compress(make_tar(members))
