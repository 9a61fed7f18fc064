"""The files that deploy Facetally name only what exists: settings, commands, packages."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from cli.main import COMMANDS, facetally
from db.engine import Database
from db.migrate import migrate
from db.processes import record_heartbeat
from db.states import ProcessRole
from worker.settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
COMPOSE, DOCKERFILE = ROOT / "docker-compose.yml", ROOT / "Dockerfile"
SETTINGS = {PREFIX + name.upper() for name in Settings.model_fields}
# Read by clients, not by the processes of a deployment.
CLIENT_VARIABLES = {"FACETALLY_URL", "FACETALLY_KEY"}
OURS = {
    "migrate": "migrate",
    "api": "api",
    "worker": "worker",
    "interactive-worker": "worker",
    "worker-gpu": "worker",
    "dispatcher": "dispatcher",
}


@pytest.mark.parametrize(
    "path", [COMPOSE, DOCKERFILE, ROOT / "docs" / "deployment.md"], ids=lambda path: path.name
)
def test_every_setting_that_a_deployment_file_names_exists(path):
    named = set(re.findall(r"\bFACETALLY_[A-Z_]+\b", path.read_text()))

    assert named
    assert named - CLIENT_VARIABLES <= SETTINGS


def test_every_service_of_ours_runs_a_command_that_facetally_takes():
    words = dict(_read_commands(COMPOSE.read_text()))

    assert {service: command for service, (command, *_) in words.items()} == OURS
    for command, *arguments in words.values():
        _parse(command, arguments)


def test_a_worker_is_healthy_while_it_sends_heartbeats(tmp_path):
    url = f"sqlite:///{tmp_path / 'database'}"
    database = Database(url)
    migrate(database)
    environ = {**os.environ, "FACETALLY_DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
    check = [sys.executable, "-c", _read_health_check(COMPOSE.read_text())]

    before = _run(check, environ)
    with database.write() as session:
        record_heartbeat(session, f"worker@{socket.gethostname()}:7", ProcessRole.BULK, 1)
    after = _run(check, environ)

    assert (before.returncode, before.stderr) == (1, "")
    assert (after.returncode, after.stderr) == (0, "")


def test_the_image_runs_a_command_of_facetally_as_an_ordinary_user():
    lines = DOCKERFILE.read_text().splitlines()
    [command] = json.loads(_last(lines, "CMD ["))

    assert json.loads(_last(lines, "ENTRYPOINT [")) == ["facetally"]
    assert command in COMMANDS
    assert int(_last(lines, "USER ")) > 0


def test_the_cpu_image_is_built_when_no_target_is_named():
    assert _last(DOCKERFILE.read_text().splitlines(), "FROM ") == "runtime AS cpu"


def test_the_builder_is_sent_every_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    included = project["tool"]["setuptools"]["packages"]["find"]["include"]
    sent = (ROOT / ".dockerignore").read_text().splitlines()
    copied = re.findall(r"^COPY (\w+)/ \w+/$", DOCKERFILE.read_text(), re.MULTILINE)

    for package in (pattern.removesuffix("*") for pattern in included):
        assert f"!{package}" in sent
        assert package in copied


def test_the_runtime_that_the_cuda_image_leaves_out_is_pinned_by_that_name():
    pins = (ROOT / "constraints.txt").read_text().splitlines()

    assert [pin for pin in pins if pin.startswith("onnxruntime")] == [
        pin for pin in pins if pin.startswith("onnxruntime==")
    ]


@pytest.mark.parametrize("profile", ["", "gpu"], ids=["no profile", "gpu"])
def test_compose_takes_the_file_without_any_variable_set(profile):
    services = _read_with_compose(profile)["services"]

    assert set(OURS) - {"worker-gpu"} <= set(services)
    assert ("worker-gpu" in services) == (profile == "gpu")


def test_only_the_api_can_be_reached_and_only_from_this_host():
    services = _read_with_compose("gpu")["services"]
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}

    assert list(published) == ["api"]
    assert {port["host_ip"] for port in published["api"]} == {"127.0.0.1"}


def test_every_process_waits_for_the_tables():
    services = _read_with_compose("gpu")["services"]

    for name in set(OURS) - {"migrate"}:
        condition = services[name]["depends_on"]["migrate"]["condition"]
        assert condition == "service_completed_successfully"


def test_jobs_are_erased_after_some_days_unless_the_operator_decides_otherwise():
    [days] = re.findall(
        r"FACETALLY_RETENTION_DAYS: \$\{FACETALLY_RETENTION_DAYS:-(\d+)\}", COMPOSE.read_text()
    )
    assert 0 < int(days) <= 365


def test_no_password_is_written_into_the_file():
    services = _read_with_compose("gpu")["services"]

    for service in services.values():
        secrets = {
            name: value
            for name, value in service.get("environment", {}).items()
            if re.search(r"PASSWORD$|KEYS$", name)
        }
        assert not any(secrets.values())


def _read_commands(compose: str) -> Iterator[tuple[str, list[str]]]:
    """(service, command) of the services that run our image with its own entry point."""
    services = compose.split("\nservices:\n")[1].split("\nnetworks:\n")[0]
    for block in re.split(r"^(?=  [a-z-]+:$)", services, flags=re.MULTILINE):
        name = re.match(r"  ([a-z-]+):\n", block)
        command = re.search(r"^    command: \[(.+)\]$", block, re.MULTILINE)
        if name and command and "<<: *" in block and "    entrypoint:" not in block:
            yield name[1], [word.strip(' "') for word in command[1].split(",")]


def _read_health_check(compose: str) -> str:
    """The program that tells whether the worker or dispatcher of a container is alive."""
    program = compose.split("      - python\n      - -c\n      - |\n")[1].split("    interval:")[0]
    return textwrap.dedent(program)


def _parse(command: str, arguments: list[str]) -> None:
    found = facetally.get_command(click.Context(facetally), command)
    assert found is not None
    found.make_context(command, arguments)


def _last(lines: list[str], start: str) -> str:
    line = [line.strip() for line in lines if line.strip().startswith(start)][-1]
    return line[len(start.rstrip("[")) :]


def _read_with_compose(profile: str) -> dict[str, Any]:
    """The file as Docker's own client reads it, in an environment without our variables."""
    docker = shutil.which("docker")
    environ = {
        name: os.environ[name]
        for name in ("PATH", "HOME", "DOCKER_CONFIG", "SYSTEMROOT")
        if name in os.environ
    }
    environ["COMPOSE_PROFILES"] = profile
    if docker is None or _run([docker, "compose", "version"], environ).returncode:
        pytest.skip("Docker's client with its compose plugin is not installed here")
    command = [docker, "compose", "--env-file", os.devnull, "--file", str(COMPOSE)]
    done = _run([*command, "config", "--format", "json"], environ)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _run(command: list[str], environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=environ, capture_output=True, text=True, timeout=60, check=False
    )


def test_whoever_stops_a_worker_waits_longer_than_its_grace():
    [compose] = re.findall(r"15 s above.*\n.*\n  stop_grace_period: (\d+)s", COMPOSE.read_text())
    guide = (ROOT / "docs" / "deployment.md").read_text()
    waits = [compose, *re.findall(r"--stop-timeout (\d+)|restart --timeout (\d+)", guide)]
    seconds = [int("".join(wait)) for wait in waits]

    assert len(seconds) == 3
    assert all(wait >= Settings().stop_grace_seconds + 15 for wait in seconds)
