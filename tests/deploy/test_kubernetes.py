"""deploy/kubernetes: valid resources that confine, probe and spread what they start."""

import re
from typing import Any

import click
import kubernetes_validate
import pytest
from sqlalchemy import text

from cli.main import facetally
from db.jobs.pausing import pause_on_request
from tests.support.answers.kubernetes import (
    KUBECTL,
    KUBERNETES,
    build_example,
    list_named,
    read_resources,
    read_workloads,
)
from tests.support.work.jobs import claim_next, record, results_of, submit
from worker.settings import PREFIX, Settings

VERSION = "1.37"
SETTINGS = {PREFIX + name.upper() for name in Settings.model_fields}
RESOURCES = read_resources()
WORKLOADS = read_workloads()
# KEDA's own kinds have no schema here.
OF_KEDA = ("ScaledObject", "TriggerAuthentication")
GPU = "nvidia.com/gpu"

each_workload = pytest.mark.parametrize("name", WORKLOADS)


def test_every_resource_is_valid():
    for resource in RESOURCES:
        check_schema(resource)


@pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed here")
def test_the_example_is_built_of_valid_resources():
    built = build_example()
    names = {(resource["kind"], resource["metadata"]["name"]) for resource in built}

    for resource in built:
        check_schema(resource)
        # By this, network policies select pods.
        if resource["kind"] in ("Deployment", "Job"):
            pod = resource["spec"]["template"]["metadata"]["labels"]
            assert pod["app.kubernetes.io/part-of"] == "facetally"
    assert {("Deployment", "api"), ("ScaledObject", "worker"), ("Ingress", "api")} <= names
    [worker] = [one for one in built if one["kind"] == "Deployment" and is_named(one, "worker")]
    assert "replicas" not in worker["spec"], "KEDA sets them"


def check_schema(resource: dict[str, Any]) -> None:
    if resource["kind"] not in OF_KEDA:
        kubernetes_validate.validate(resource, VERSION, strict=True)


def is_named(resource: dict[str, Any], name: str) -> bool:
    return resource["metadata"]["name"] == name


@each_workload
def test_a_workload_runs_a_command_with_settings_that_exist(name):
    workload = WORKLOADS[name]
    command, *arguments = workload.container["args"]
    found = facetally.get_command(click.Context(facetally), command)

    assert found is not None
    found.make_context(command, arguments)
    assert {one for one in workload.environment if one.startswith(PREFIX)} <= SETTINGS


def test_the_settings_of_all_exist():
    text = "".join(path.read_text() for path in KUBERNETES.rglob("kustomization.yaml"))
    named = set(re.findall(r"- (FACETALLY_\w+)=", text))

    assert named
    assert named <= SETTINGS


@each_workload
def test_a_pod_is_confined(name):
    """As the Pod Security Standards say of `restricted`, and with a file system to read only."""
    workload = WORKLOADS[name]
    pod, own = workload.pod["securityContext"], workload.container["securityContext"]

    assert pod["runAsNonRoot"] is True
    assert pod["runAsUser"] == 10001
    assert pod["seccompProfile"] == {"type": "RuntimeDefault"}
    assert own == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert workload.pod["automountServiceAccountToken"] is False
    assert not workload.pod.keys() & {"hostNetwork", "hostPID", "hostIPC"}


@each_workload
def test_a_pod_has_limits_and_writes_only_where_it_is_bounded(name):
    workload = WORKLOADS[name]
    resources = workload.container["resources"]

    assert {"cpu", "memory"} <= resources["requests"].keys()
    assert "memory" in resources["limits"]
    for volume in workload.pod["volumes"]:
        assert "persistentVolumeClaim" in volume or "sizeLimit" in volume["emptyDir"]


@each_workload
def test_secrets_are_references(name):
    for variable, given in WORKLOADS[name].environment.items():
        if re.search(r"_URL$|KEYS$|SECRET|PASSWORD", variable):
            assert given["valueFrom"]["secretKeyRef"]["name"] == "facetally"


def test_only_the_migration_is_the_owner_of_the_tables():
    users = {
        name: one.environment["FACETALLY_DATABASE_URL"]["valueFrom"]["secretKeyRef"]["key"]
        for name, one in WORKLOADS.items()
    }
    assert users.pop("migrate") == "migration-database-url"
    assert set(users.values()) == {"database-url"}


def test_every_deployment_says_when_it_is_ready_and_how_many_may_be_away():
    budgets = {
        budget["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"]
        for budget in list_named(RESOURCES, "PodDisruptionBudget")
    }
    deployments = {one["metadata"]["name"] for one in list_named(RESOURCES, "Deployment")}

    assert budgets == deployments - {"worker-gpu"}
    for name in deployments:
        workload = WORKLOADS[name]
        selected = workload.resource["spec"]["selector"]["matchLabels"]
        assert selected.items() <= workload.template["metadata"]["labels"].items()
        assert "readinessProbe" in workload.container
        # A check of the database must restart nothing.
        assert "exec" not in workload.container.get("livenessProbe", {})


def test_workers_get_the_time_that_they_need_to_stop():
    for name, workload in WORKLOADS.items():
        if workload.container["args"][0] == "worker":
            grace = workload.pod["terminationGracePeriodSeconds"]
            assert grace >= Settings().stop_grace_seconds + 15, name


def test_a_worker_with_a_gpu_has_one_device_and_one_process():
    worker = WORKLOADS["worker-gpu"]

    assert worker.container["resources"]["limits"][GPU] == 1
    assert worker.container["args"] == ["worker", "--slots", "1"]
    assert worker.environment["FACETALLY_PROVIDER"]["value"] == "cuda"
    others = [one for name, one in WORKLOADS.items() if name != "worker-gpu"]
    assert not any(GPU in one.container["resources"]["limits"] for one in others)


def test_nothing_goes_in_or_out_unless_it_is_listed():
    policies = {one["metadata"]["name"]: one for one in list_named(RESOURCES, "NetworkPolicy")}
    ours = {"matchLabels": {"app.kubernetes.io/part-of": "facetally"}}

    assert policies["nothing"]["spec"] == {
        "podSelector": ours,
        "policyTypes": ["Ingress", "Egress"],
    }
    entered = [name for name, one in policies.items() if "ingress" in one["spec"]]
    assert entered == ["callers"]
    for policy in policies.values():
        for rule in policy["spec"].get("egress", ()):
            blocks = [peer["ipBlock"] for peer in rule["to"] if "ipBlock" in peer]
            # Also where a cloud keeps credentials for its machines.
            assert all("169.254.0.0/16" in block["except"] for block in blocks)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_workers_are_scaled_by_items_that_wait_or_are_worked_on(database):
    [scaled] = list_named(RESOURCES, "ScaledObject")
    [trigger] = scaled["spec"]["triggers"]

    def read() -> int:
        with database.read() as session:
            return int(session.execute(text(trigger["metadata"]["query"])).scalar_one())

    assert read() == 0
    submit(database, items=7, chunk_items=2)
    assert read() == 7
    chunk = claim_next(database)
    assert read() == 7
    assert record(database, chunk, results_of(chunk))
    assert read() == 7 - len(chunk.items)
    with database.write() as session:
        assert pause_on_request(session, chunk.job_id)
    assert read() == 0
