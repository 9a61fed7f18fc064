"""The settings of a stack that `run` starts for itself."""

from collections.abc import Sequence
from pathlib import Path

from cli.environment import read_settings
from worker.settings import Settings

EARLY_ENDS_ALLOWED = 4


NO_UPLOAD_LIMIT = str(1 << 50)


def make_own_settings(data_dir: Path, file_roots: Sequence[Path], key: str) -> Settings:
    """Of this machine and for this folder alone: a server's database and queue are not for us."""
    settings = read_settings(
        data_dir=str(data_dir),
        database_url="",
        redis_url="",
        store_url="",
        host="127.0.0.1",
        port="0",
        api_keys=key,
        file_roots="",
        max_upload_bytes=NO_UPLOAD_LIMIT,
        # Nobody could tell it to go on, and what it made is the caller's to keep.
        pause_after_failures="0",
        # Whoever runs this has the faces one by one in the results beside it.
        min_cell="1",
        retention_days="0",
    )
    return settings.model_copy(update={"file_roots": tuple(file_roots)})
