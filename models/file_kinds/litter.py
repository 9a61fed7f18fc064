"""Files that people do not mean to submit: what systems generate beside photos, deleted files."""

from collections.abc import Sequence
from enum import StrEnum

# All names are compared in lower case.
DELETED_FOLDERS = frozenset(
    {
        "#recycle", "@recycle", "$recycle.bin", "recycler", "recycled", ".recycle", ".trash",
        ".trashes", ".trash-1000", ".dtrash", "network trash folder", "lost+found",
    }
)  # fmt: skip
# Of Synology, QNAP and other storage, of Windows, macOS, Linux, and of programs for photos.
GENERATED_FOLDERS = frozenset(
    {
        "@eadir", "@tmp", "#snapshot", "@recently-snapshot", ".@__thumb", ".snapshot", ".snapshots",
        "~snapshot", ".zfs", "system volume information", "_vti_cnf", "__macosx", ".appledouble",
        ".spotlight-v100", ".fseventsd", ".documentrevisions-v100", ".temporaryitems",
        "temporary items", ".thumbnails", ".thumbs", ".picasaoriginals", ".comments", ".sync",
        ".stversions", ".stfolder", ".dropbox.cache",
    }
)  # fmt: skip
GENERATED_FOLDER_ENDINGS = (".lrdata",)
# Of a library of Apple's Photos or iPhoto, only these folders have photos.
LIBRARY_ENDINGS = (".photoslibrary", ".photolibrary")
LIBRARY_FOLDERS = frozenset({"originals", "masters"})
GENERATED_FILES = frozenset(
    {
        ".ds_store", "thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "icon\r",
        "zbthumbnail.info", "picasa.ini", ".picasa.ini", ".nomedia",
    }
)  # fmt: skip
# A camera's .thm is a small picture of its video, its .lrv a small copy.
GENERATED_BEGINNINGS = ("._", "synofile_thumb", "synophoto_thumb", "synoindex_")
GENERATED_ENDINGS = (".thm", ".lrv")


class Litter(StrEnum):
    """Why a file is left out."""

    GENERATED = "generated"  # thumbnails and notes of systems and programs
    DELETED = "deleted"  # in a recycle bin
    OTHER = "other"  # neither a picture nor a video: sidecars, documents


def find_litter(parts: Sequence[str]) -> Litter | None:
    """Why a file with this path, in its parts, is left out; None if it is not."""
    *folders, name = (part.lower() for part in parts)
    for folder in folders:
        if folder in DELETED_FOLDERS:
            return Litter.DELETED
        if folder in GENERATED_FOLDERS or folder.endswith(GENERATED_FOLDER_ENDINGS):
            return Litter.GENERATED
    for library, folder in zip(folders, [*folders[1:], name], strict=False):
        if library.endswith(LIBRARY_ENDINGS) and folder not in LIBRARY_FOLDERS:
            return Litter.GENERATED
    is_generated = (
        name in GENERATED_FILES
        or name.startswith(GENERATED_BEGINNINGS)
        or name.endswith(GENERATED_ENDINGS)
    )
    return Litter.GENERATED if is_generated else None
