"""The images: what is sent to the builder, what is pinned, and what runs as whom."""

import json
import re
import tomllib

import pytest

from cli.main import COMMANDS
from tests.support.answers.compose import ROOT

DOCKERFILE = ROOT / "Dockerfile"


def test_the_image_runs_a_command_of_facetally_as_an_ordinary_user() -> None:
    lines = DOCKERFILE.read_text().splitlines()
    [command] = json.loads(read_last(lines, "CMD ["))

    assert json.loads(read_last(lines, "ENTRYPOINT [")) == ["facetally"]
    assert command in COMMANDS
    assert int(read_last(lines, "USER ")) > 0


def test_the_cpu_image_is_built_when_no_target_is_named() -> None:
    assert read_last(DOCKERFILE.read_text().splitlines(), "FROM ") == "runtime AS cpu"


def test_images_of_others_are_pinned_by_digest() -> None:
    text = DOCKERFILE.read_text()
    for name, default in re.findall(r"^ARG (\w+)=(\S+)$", text, re.MULTILINE):
        text = text.replace(f"${{{name}}}", default)
    stages = re.findall(r"^FROM (\S+)(?: AS (\S+))?$", text, re.MULTILINE)
    own = {name for _, name in stages}
    foreign = [image for image, _ in stages if image not in own]

    assert foreign
    assert all(re.search(r"@sha256:[0-9a-f]{64}$", image) for image in foreign)


def test_the_builder_is_sent_every_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    included = project["tool"]["setuptools"]["packages"]["find"]["include"]
    sent = (ROOT / ".dockerignore").read_text().splitlines()
    copied = re.findall(r"^COPY (\w+)/ \w+/$", DOCKERFILE.read_text(), re.MULTILINE)

    for package in (pattern.removesuffix("*") for pattern in included):
        assert f"!{package}" in sent
        assert package in copied


def test_the_runtime_that_the_cuda_image_leaves_out_is_pinned_by_that_name() -> None:
    pins = (ROOT / "constraints.txt").read_text().splitlines()

    assert [pin for pin in pins if pin.startswith("onnxruntime")] == [
        pin for pin in pins if pin.startswith("onnxruntime==")
    ]


@pytest.mark.parametrize("folder", ["/credentials", "/owner-credentials", "/data/staging"])
def test_a_folder_that_a_volume_is_mounted_on_belongs_to_that_user(folder: str) -> None:
    # A new volume takes its owner from the image.
    made = re.search(r"install --directory --owner=facetally [^&#]+", DOCKERFILE.read_text())

    assert made
    assert folder in made[0].split()


def read_last(lines: list[str], start: str) -> str:
    line = [line.strip() for line in lines if line.strip().startswith(start)][-1]
    return line[len(start.rstrip("[")) :]
