"""Files that people do not mean to submit: what systems generate beside photos, deleted files.

The server leaves out the same ones in archives.
"""

from collections.abc import Sequence
from dataclasses import dataclass

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

GENERATED, DELETED, OTHER = "generated", "deleted", "other"


@dataclass(frozen=True, slots=True)
class Skipped:
    """How many files were left out, by why."""

    generated: int = 0  # thumbnails and notes of systems and programs
    deleted: int = 0  # in a recycle bin
    other: int = 0  # neither a picture nor a video: sidecars, documents

    @property
    def files(self) -> int:
        return self.generated + self.deleted + self.other


def find_litter(parts: Sequence[str]) -> str | None:
    """Why a file with this path, in its parts, is left out; None if it is not."""
    *folders, name = (part.lower() for part in parts)
    for folder in folders:
        if folder in DELETED_FOLDERS:
            return DELETED
        if folder in GENERATED_FOLDERS or folder.endswith(GENERATED_FOLDER_ENDINGS):
            return GENERATED
    for library, folder in zip(folders, [*folders[1:], name], strict=False):
        if library.endswith(LIBRARY_ENDINGS) and folder not in LIBRARY_FOLDERS:
            return GENERATED
    is_generated = (
        name in GENERATED_FILES
        or name.startswith(GENERATED_BEGINNINGS)
        or name.endswith(GENERATED_ENDINGS)
    )
    return GENERATED if is_generated else None
