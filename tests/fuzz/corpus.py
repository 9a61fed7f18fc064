"""A whole file of each kind of picture and archive that is read."""

import bz2
import gzip
import io
import lzma
import sys
import tarfile
import zipfile
from collections.abc import Iterator

import numpy as np

from models.containers.parts import EXIF_MARK
from models.pictures.profiles import PRIMARIES, srgb_curve, write_profile
from tests.support.media.heif_files import make_heic
from tests.support.media.sample_pictures import encode, encode_scene, make_deep_png, make_scene
from tests.support.media.tiff_files import make_exif, make_tiff

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

SCENE = np.asarray(make_scene())
GRAY = SCENE[:, :, :1]
PROFILE = write_profile(PRIMARIES[12], srgb_curve)
EXIF = make_exif(taken="2024:07:01 12:00:00", orientation=6, gps=True, maker="Canon")
XMP = b'<x:xmpmeta exif:DateTimeOriginal="2024-07-01T00:30:00+02:00"/>'


def make_corpus() -> dict[str, bytes]:
    """Files by what they are."""
    pictures = dict(_make_pictures()) | dict(_make_tiffs())
    return pictures | dict(_make_archives(pictures))


def _make_pictures() -> Iterator[tuple[str, bytes]]:
    described = {"exif": EXIF_MARK + EXIF, "icc_profile": PROFILE}
    yield "jpeg", encode_scene("JPEG", xmp=XMP, comment=b"comment", **described)
    yield "jpeg progressive", encode_scene("JPEG", 200, 150, progressive=True)
    yield "jpeg gray", encode(make_scene().convert("L"), "JPEG", restart_marker_rows=1)
    yield "jpeg cmyk", encode(make_scene().convert("CMYK"), "JPEG")
    yield "mpo", encode(make_scene(), "MPO", save_all=True, append_images=[make_scene(32, 32)])
    yield "png", encode_scene("PNG", **described)
    yield "png palette", encode(make_scene().quantize(64), "PNG", transparency=1)
    yield "png deep", make_deep_png(SCENE.astype(np.uint16) * 257)
    yield "apng", encode(make_scene(), "PNG", save_all=True, append_images=[make_scene(seed=2)])
    yield "webp", encode_scene("WebP", xmp=XMP, **described)
    yield "webp lossless", encode(make_scene().convert("RGBA"), "WebP", lossless=True)
    frames = {"save_all": True, "append_images": [make_scene(seed=2), make_scene(seed=3)]}
    yield "webp animated", encode(make_scene(), "WebP", **frames)
    yield "gif", encode_scene("GIF", comment=b"comment")
    yield "gif animated", encode(make_scene(), "GIF", **frames)
    yield "bmp", encode_scene("BMP")
    yield "bmp palette", encode(make_scene().convert("P"), "BMP")
    yield "avif", encode_scene("AVIF", xmp=XMP, **described)
    yield "avif animated", encode(make_scene(), "AVIF", **frames)
    yield "heic", make_heic(exif=EXIF, xmp=XMP, profile=PROFILE, quarter_turns=1)
    yield "heic grid", make_heic(columns=3, rows=2, color=(12, 13))


def _make_tiffs() -> Iterator[tuple[str, bytes]]:
    for compression in (1, 5, 8, 32773, 34925, 50000):
        yield (
            f"tiff {compression}",
            make_tiff(SCENE, photometric=2, compression=compression, strip_rows=16, predictor=1),
        )
    yield "tiff tiles", make_tiff(SCENE, photometric=2, tile=(32, 32), compression=8, predictor=2)
    floats = (SCENE / 255).astype("f4")
    yield "tiff floats", make_tiff(floats, photometric=2, order=">", compression=5, predictor=3)
    deep = SCENE.astype("u2") * 257
    yield "tiff planar", make_tiff(deep, photometric=2, planar=True, order=">")
    yield "tiff packed", make_tiff(GRAY.astype("u2") * 16, photometric=1, bits=12)
    yield "tiff fax", encode(make_scene().convert("1"), "TIFF", compression="group4")
    yield "tiff jpeg", encode(make_scene(), "TIFF", compression="jpeg")
    palette = make_scene().quantize(64)
    yield "tiff palette", encode(palette, "TIFF", compression="tiff_lzw")


def _make_archives(pictures: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    members = {
        "a/1.jpg": pictures["jpeg"], "a/2.png": pictures["png"], "a/1.jpg.json": b"{}",
        "noending": pictures["webp"], "@eaDir/x.jpg": pictures["bmp"], "写真.gif": pictures["gif"],
    }  # fmt: skip
    for name, method in (
        ("stored", zipfile.ZIP_STORED), ("deflated", zipfile.ZIP_DEFLATED),
        ("bzip2", zipfile.ZIP_BZIP2), ("lzma", zipfile.ZIP_LZMA),
    ):  # fmt: skip
        yield f"zip {name}", _make_zip(members, method)
    plain = _make_tar(members)
    yield "tar", plain
    yield "tar gz", gzip.compress(plain, mtime=0)
    yield "tar bz2", bz2.compress(plain)
    yield "tar xz", lzma.compress(plain)
    yield "tar zst", zstd.compress(plain)


def _make_zip(members: dict[str, bytes], method: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return stream.getvalue()


def _make_tar(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        link = tarfile.TarInfo("hard.jpg")
        link.type, link.linkname = tarfile.LNKTYPE, "a/1.jpg"
        archive.addfile(link)
    return stream.getvalue()
