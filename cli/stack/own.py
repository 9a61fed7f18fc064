"""The settings of a stack that `run` starts for itself."""

from pathlib import Path

from cli.environment import read_settings
from worker.settings import Settings

EARLY_EXITS_ALLOWED = 4
# Its data folder, in the folder of the results.
DATA = ".facetally"

NO_UPLOAD_LIMIT = str(1 << 50)


def make_own_settings(
    data_dir: Path, api_key: str, pack: str | None = None, *, people: bool = False
) -> Settings:
    """For this folder alone, without the database and queue of a server; with one pack, that of the
    environment if none is given. Who asks for people on their own machine allows it."""
    theirs = read_settings()
    chosen = pack or theirs.pack
    settings = read_settings(
        data_dir=str(data_dir),
        # The user's own packs lie where a server looks for them.
        packs_dir=str(theirs.packs_dir),
        pack=chosen,
        packs=chosen,
        database_url="",
        redis_url="",
        store_url="",
        host="127.0.0.1",
        port="0",
        # It has one client.
        api_processes="1",
        api_keys=api_key,
        oidc_issuer="",
        file_roots="",
        max_upload_bytes=NO_UPLOAD_LIMIT,
        # Nobody could resume it, and results stay until the user deletes them.
        pause_after_failures="0",
        # The user has every face in the results anyway.
        min_cell="1",
        retention_days="0",
        people=str(people),
    )
    # Links and lists may name files anywhere; nobody else has the API key of this stack.
    return settings.model_copy(update={"file_roots": (Path("/"),)})
