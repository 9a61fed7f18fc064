"""Settings from the environment, and for the environment of started processes."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from cli.exits import CommandFailed
from cli.variables import KEY_VARIABLE, URL_VARIABLE
from worker.settings import PREFIX, Settings, SettingsError


def read_settings(**overrides: str) -> Settings:
    """The settings of the environment with some replaced; an empty value means the default."""
    try:
        return Settings.from_env(server_environment(**overrides))
    except SettingsError as error:
        raise CommandFailed(str(error)) from error


def server_environment(**overrides: str) -> dict[str, str]:
    """This environment with some settings replaced, for a process that reads them all."""
    # The server refuses unknown names, and these two are read by clients only.
    environ = {
        name: value
        for name, value in os.environ.items()
        if name not in (URL_VARIABLE, KEY_VARIABLE)
    }
    return {**environ, **{PREFIX + name.upper(): value for name, value in overrides.items()}}


def require_redis(settings: Settings) -> None:
    """Refuse to start a process of a deployment that has no queue."""
    if not settings.redis_url:
        raise CommandFailed(
            "FACETALLY_REDIS_URL is not set: give the address of Redis or Valkey, such as "
            "redis://localhost:6379/0, or run everything on this machine with `facetally serve`."
        )


def child_environment(settings: Settings, file_roots: Sequence[Path]) -> dict[str, str]:
    """This environment with exactly these settings; their paths are absolute."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    values: Mapping[str, object] = dict(settings)
    spelled = {
        **{name: _spell(value) for name, value in values.items()},
        "file_roots": os.pathsep.join(map(str, file_roots)),
    }
    return {**others, **{PREFIX + name.upper(): value for name, value in spelled.items()}}


def _spell(value: object) -> str:
    """As the settings read it: a list by commas."""
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
