"""Writes a pack as a folder, once it was tried."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from models.packs.pack import Pack
from models.packs.reading import PACK_FILE
from models.packs.writing import write_pack_text
from models.validation.validation import validate_pack


def write_pack(folder: Path, pack: Pack, files: Mapping[str, bytes], weights_dir: Path) -> None:
    """Write `pack` and those of its `files` that are not in `weights_dir` into `folder`, in place
    of an older one; the folder is never half-made.

    Raises InvalidPack if the pack does not run.
    """
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        for name, content in files.items():
            (partial / name).write_bytes(content)
        (partial / PACK_FILE).write_text(write_pack_text(pack), encoding="utf-8")
        written = validate_pack(partial, weights_dir)
        if replace(written, folder=None) != pack:
            raise ValueError(f"The pack {pack.name} does not read as it was written")
        shutil.rmtree(folder, ignore_errors=True)
        partial.replace(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
