"""The settings of a stack that `run` starts for itself."""

from collections.abc import Sequence
from pathlib import Path

from cli.environment import read_settings
from worker.settings import Settings

EARLY_EXITS_ALLOWED = 4


NO_UPLOAD_LIMIT = str(1 << 50)


def make_own_settings(data_dir: Path, file_roots: Sequence[Path], api_key: str) -> Settings:
    """For this folder alone, without the database and queue of a server."""
    settings = read_settings(
        data_dir=str(data_dir),
        database_url="",
        redis_url="",
        store_url="",
        host="127.0.0.1",
        port="0",
        api_keys=api_key,
        file_roots="",
        max_upload_bytes=NO_UPLOAD_LIMIT,
        # Nobody could resume it, and results stay until the user deletes them.
        pause_after_failures="0",
        # The user has every face in the results anyway.
        min_cell="1",
        retention_days="0",
    )
    return settings.model_copy(update={"file_roots": tuple(file_roots)})
