"""The resources of deploy/kubernetes."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

# The one in C, where there is one: these files are read by every process that collects tests.
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
KUBERNETES = Path(__file__).parents[3] / "deploy" / "kubernetes"
KUBECTL = shutil.which("kubectl")


@dataclass(frozen=True, slots=True)
class Workload:
    """A Deployment or a Job, and the one container of its pods."""

    name: str
    resource: dict[str, Any]

    @property
    def template(self) -> dict[str, Any]:
        return self.resource["spec"]["template"]

    @property
    def pod(self) -> dict[str, Any]:
        return self.template["spec"]

    @property
    def container(self) -> dict[str, Any]:
        [only] = self.pod["containers"]
        return only

    @property
    def environment(self) -> dict[str, dict[str, Any]]:
        return {variable["name"]: variable for variable in self.container.get("env", ())}


def read_resources() -> list[dict[str, Any]]:
    """Those of base, components and the example, as they are written."""
    paths = sorted(KUBERNETES.rglob("*.yaml"))
    return [
        resource
        for path in paths
        if path.name != "kustomization.yaml"
        for resource in yaml.load_all(path.read_text(), Loader)
    ]


def read_workloads() -> dict[str, Workload]:
    return {
        resource["metadata"]["name"]: Workload(resource["metadata"]["name"], resource)
        for resource in read_resources()
        if resource["kind"] in ("Deployment", "Job")
    }


def list_named(resources: list[dict[str, Any]], kind: str) -> Iterator[dict[str, Any]]:
    return (resource for resource in resources if resource["kind"] == kind)


def build_example() -> list[dict[str, Any]]:
    """The example as kubectl builds it."""
    folder = KUBERNETES / "overlays" / "production"
    done = subprocess.run(
        [str(KUBECTL), "kustomize", str(folder)], capture_output=True, text=True, check=True
    )
    return list(yaml.load_all(done.stdout, Loader))
