"""The locks of the images: every package that is installed, at its pinned version, with hashes."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.answers.compose import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WANTED = {
    "base": PROJECT["dependencies"],
    "cpu": [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["cpu"]],
}
# The images are Linux.
IMAGE = {"python_version": "3.11", "sys_platform": "linux", "platform_system": "Linux"}

each_lock = pytest.mark.parametrize("name", WANTED)


@each_lock
def test_a_lock_has_what_is_required_and_nothing_else(name: str) -> None:
    assert set(read_lock(name)) == find_closure(WANTED[name]), "run: make lock"


@each_lock
def test_a_lock_has_the_pinned_versions(name: str) -> None:
    pins = dict(split_pin(line) for line in read_lines("constraints.txt"))

    for package, version in read_lock(name).items():
        assert pins[package] == version, f"{package}: run make lock"


@each_lock
def test_every_package_of_a_lock_has_a_hash(name: str) -> None:
    text = (ROOT / "deploy" / "locks" / f"{name}.txt").read_text()
    packages = re.findall(r"^\S+==\S+.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)

    assert len(packages) == len(read_lock(name))
    assert all("--hash=sha256:" in package for package in packages)


def test_the_images_are_installed_from_them() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()

    for name in WANTED:
        assert f"--require-hashes --requirement locks/{name}.txt" in dockerfile


def read_lock(name: str) -> dict[str, str]:
    lines = (ROOT / "deploy" / "locks" / f"{name}.txt").read_text().splitlines()
    return dict(split_pin(line) for line in lines if re.match(r"[A-Za-z]", line))


def read_lines(name: str) -> list[str]:
    return [line for line in (ROOT / name).read_text().splitlines() if not line.startswith("#")]


def split_pin(line: str) -> tuple[str, str]:
    name, _, version = line.partition("==")
    return canonicalize_name(re.sub(r"\[.*\]", "", name)), version.partition(" ")[0]


def find_closure(wanted: list[str]) -> set[str]:
    """The names of packages that these need, and those need, as installed here."""
    found: set[str] = set()
    waiting = [Requirement(line) for line in wanted]
    while waiting:
        requirement = waiting.pop()
        extras = requirement.extras or {""}
        if requirement.marker and not requirement.marker.evaluate({**IMAGE, "extra": ""}):
            continue
        found.add(canonicalize_name(requirement.name))
        for line in read_requirements(requirement.name):
            needed = Requirement(line)
            if not needed.marker or any(
                needed.marker.evaluate({**IMAGE, "extra": extra}) for extra in extras
            ):
                needed.marker = None
                if (canonicalize_name(needed.name)) not in found or needed.extras:
                    waiting.append(needed)
    return found


def read_requirements(name: str) -> list[str]:
    try:
        return requires(name) or []
    except PackageNotFoundError:
        return []
