"""docker-compose.yml as Docker reads it where no variable is set."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
COMPOSE = ROOT / "docker-compose.yml"
VARIABLE = re.compile(r"\$\{[A-Z_]+:-([^${}]*)\}")


def read_compose() -> dict[str, Any]:
    return yaml.safe_load(_fill_in(COMPOSE.read_text()))


def read_services() -> dict[str, dict[str, Any]]:
    return read_compose()["services"]


def read_mounts(service: dict[str, Any]) -> dict[str, str]:
    """What is mounted on each path of a container."""
    parts = [volume.split(":") for volume in service.get("volumes", ())]
    return {part[1]: part[0] for part in parts}


def _fill_in(text: str) -> str:
    """Each variable by its default; a default may have variables itself."""
    while VARIABLE.search(text):
        text = VARIABLE.sub(r"\1", text)
    return text.replace("$$", "$")
