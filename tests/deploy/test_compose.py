"""docker-compose.yml: it names only what exists, and confines what it starts."""

import os
import re
import socket
import subprocess
import sys
from ipaddress import ip_address, ip_network

import click
import pytest

from cli.main import facetally
from db.engine import Database
from db.migrate import migrate
from db.processes import record_heartbeat
from db.states import ProcessRole
from tests.support.answers.compose import COMPOSE, ROOT, read_compose, read_mounts, read_services
from tests.support.programs.cli import call_facetally
from worker.settings import PREFIX, Settings

SETTINGS = {PREFIX + name.upper() for name in Settings.model_fields}
# Read by clients, not by the processes of a deployment.
CLIENT_VARIABLES = {"FACETALLY_URL", "FACETALLY_KEY"}
SERVICES = read_services()
OURS = {
    "migrate": "migrate",
    "api": "api",
    "worker": "worker",
    "interactive-worker": "worker",
    "worker-gpu": "worker",
    "dispatcher": "dispatcher",
}
# Those that meet requests or pictures.
EXPOSED = {name for name in OURS if name != "migrate"}

each_service = pytest.mark.parametrize("name", SERVICES)


@pytest.mark.parametrize(
    "path",
    [COMPOSE, ROOT / "Dockerfile", ROOT / "docs" / "deployment.md"],
    ids=lambda path: path.name,
)
def test_every_setting_that_a_deployment_file_names_exists(path):
    named = set(re.findall(r"\bFACETALLY_[A-Z_]+\b", path.read_text()))

    assert named
    assert named - CLIENT_VARIABLES <= SETTINGS


def test_every_service_of_ours_runs_a_command_that_facetally_takes():
    commands = {
        name: service["command"]
        for name, service in SERVICES.items()
        if service["image"].startswith("facetally:") and "entrypoint" not in service
    }
    assert {name: command for name, (command, *_) in commands.items()} == OURS
    for command, *arguments in commands.values():
        found = facetally.get_command(click.Context(facetally), command)
        assert found is not None
        found.make_context(command, arguments)


def test_a_worker_is_healthy_while_it_sends_heartbeats(capsys, monkeypatch, tmp_path):
    url = f"sqlite:///{tmp_path / 'database'}"
    database = Database(url)
    migrate(database)
    _, program, command = SERVICES["worker"]["healthcheck"]["test"]
    assert program == "facetally"
    before = call_facetally(capsys, monkeypatch, command, database_url=url)
    with database.write() as session:
        record_heartbeat(session, f"worker@{socket.gethostname()}:7", ProcessRole.BULK, 1)
    database.close()
    environ = {**os.environ, "FACETALLY_DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
    after = run([sys.executable, "-m", "cli.main", command], environ)

    assert before.returncode == 1
    assert before.stderr == f"Error: No process of {socket.gethostname()} sends heartbeats.\n"
    assert (after.returncode, after.stderr) == (0, "")


@each_service
def test_a_container_can_gain_no_privilege(name):
    service = SERVICES[name]

    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["cap_drop"] == ["ALL"]
    # The program in Caddy's image has this one.
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else [])
    assert not service.keys() & {"privileged", "network_mode", "pid", "ipc", "userns_mode"}
    assert not any("docker.sock" in str(source) for source in service.get("volumes", ()))


@each_service
def test_a_container_writes_to_volumes_and_to_memory_of_a_given_size_only(name):
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service.get("tmpfs")
    assert all(re.search(r":size=\d+[mg]\b", mount) for mount in service["tmpfs"])


@each_service
def test_a_container_has_limits_of_memory_and_processes(name):
    service = SERVICES[name]

    assert count_bytes(service["mem_limit"]) > sum(
        count_bytes(mount.partition("size=")[2].partition(",")[0]) for mount in service["tmpfs"]
    )
    assert 0 < service["pids_limit"] <= 1024


@each_service
def test_an_image_of_others_is_pinned_by_digest(name):
    image = SERVICES[name]["image"]

    assert image.startswith("facetally:") or re.search(r":[\d.]+@sha256:[0-9a-f]{64}$", image)


def test_memory_of_workers_holds_a_video_for_each_slot():
    worker = SERVICES["worker"]
    environ = worker["environment"]
    largest = int(environ["FACETALLY_MAX_VIDEO_BYTES"])
    [scratch] = worker["tmpfs"]

    assert int(environ["FACETALLY_WORKERS"]) * largest < count_bytes(
        scratch.partition("size=")[2].partition(",")[0]
    )


def test_only_the_proxy_can_be_reached_and_only_from_this_host():
    published = {name: one["ports"] for name, one in SERVICES.items() if "ports" in one}

    assert list(published) == ["proxy"]
    assert all(port.startswith("127.0.0.1:") for port in published["proxy"])


def test_servers_and_workers_have_no_way_out():
    networks = read_compose()["networks"]
    inside = {name for name, service in SERVICES.items() if service.get("networks") == ["backend"]}

    assert networks["backend"]["internal"] is True
    assert inside >= {"postgres", "valkey", "worker", "interactive-worker", "worker-gpu", "migrate"}
    assert list(SERVICES["proxy"]["networks"]) == ["frontend"]


def test_the_api_believes_the_proxy_alone_whose_address_nobody_else_gets():
    address = SERVICES["proxy"]["networks"]["frontend"]["ipv4_address"]
    [given] = read_compose()["networks"]["frontend"]["ipam"]["config"]

    assert SERVICES["api"]["environment"]["FACETALLY_TRUSTED_PROXIES"] == address
    assert ip_address(address) in ip_network(given["subnet"])
    assert ip_address(address) not in ip_network(given["ip_range"])


def test_what_meets_requests_or_pictures_cannot_be_the_owner_of_the_tables():
    for name in EXPOSED:
        service = SERVICES[name]
        assert "owner-credentials" not in read_mounts(service).values()
        assert "//facetally@" in service["environment"]["FACETALLY_DATABASE_URL"]
    migration = SERVICES["migrate"]
    assert "//facetally_owner@" in migration["environment"]["FACETALLY_DATABASE_URL"]
    assert read_mounts(migration) == {"/owner-credentials": "owner-credentials"}


def test_workers_cannot_write_to_the_store():
    for name in ("worker", "interactive-worker", "worker-gpu"):
        assert "uploads:/data/store:ro" in SERVICES[name]["volumes"]


def test_every_volume_is_declared_and_every_mounted_file_exists():
    declared = read_compose()["volumes"]
    sources = [source for one in SERVICES.values() for source in read_mounts(one).values()]

    assert {source for source in sources if not source.startswith("./")} == set(declared)
    assert all((ROOT / source).is_file() for source in sources if source.startswith("./"))


def test_every_process_waits_for_the_tables():
    for name in EXPOSED:
        condition = SERVICES[name]["depends_on"]["migrate"]["condition"]
        assert condition == "service_completed_successfully"


def test_jobs_are_erased_after_some_days_unless_the_operator_decides_otherwise():
    for name in EXPOSED:
        assert 0 < int(SERVICES[name]["environment"]["FACETALLY_RETENTION_DAYS"]) <= 365


@each_service
def test_no_secret_is_written_into_the_file(name):
    environ = SERVICES[name].get("environment", {})
    secrets = {key: value for key, value in environ.items() if re.search(r"PASSWORD$|KEYS$", key)}

    assert not any(secrets.values())


def test_whoever_stops_a_worker_waits_longer_than_its_grace():
    guide = (ROOT / "docs" / "deployment.md").read_text()
    found = re.findall(r"--stop-timeout (\d+)|restart --timeout (\d+)", guide)
    seconds = [int("".join(wait)) for wait in found]
    seconds.append(int(SERVICES["worker"]["stop_grace_period"].removesuffix("s")))

    assert len(seconds) == 3
    assert all(wait >= Settings().stop_grace_seconds + 15 for wait in seconds)


def count_bytes(size: str) -> int:
    return int(size[:-1]) << {"m": 20, "g": 30}[size[-1]]


def run(command: list[str], environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=environ, capture_output=True, text=True, timeout=60, check=False
    )
