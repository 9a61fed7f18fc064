"""Archives with members that want out of their folder, or are more than they say."""

import io
import stat
import tarfile
import zipfile

from tests.support.media.archives import PICTURE, make_zip

BOMB_BYTES = 3_000_000


def hostile_zip() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("good.jpg", PICTURE)
        for name in ("../up.jpg", "/abs.jpg", "a/../../up2.jpg", "C:\\win.jpg", "..\\dots.jpg"):
            archive.writestr(name, PICTURE)
        link = zipfile.ZipInfo("link.jpg")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("nested.zip", make_zip({"a.jpg": PICTURE}))
        archive.writestr("bomb.bmp", bytes(BOMB_BYTES))
        archive.writestr("__MACOSX/._good.jpg", b"litter")
        archive.writestr("folder/", b"")
        archive.writestr("folder/.DS_Store", b"litter")
    return stream.getvalue()


def hostile_tar() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name in ("good.jpg", "../up.jpg", "/abs.jpg", "a/../../up2.jpg"):
            info = tarfile.TarInfo(name)
            info.size = len(PICTURE)
            archive.addfile(info, io.BytesIO(PICTURE))
        for name, kind in (("link.jpg", tarfile.SYMTYPE), ("hard.jpg", tarfile.LNKTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        device = tarfile.TarInfo("device.jpg")
        device.type = tarfile.CHRTYPE
        archive.addfile(device)
        bomb = tarfile.TarInfo("bomb.bmp")
        bomb.size = BOMB_BYTES
        archive.addfile(bomb, io.BytesIO(bytes(bomb.size)))
    return stream.getvalue()
