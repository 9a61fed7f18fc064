"""Every command: its help with an example, its one line for an error, its exit status."""

import io
import socket
import subprocess
import sys
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import click
import onnxruntime
import pytest

from cli.main import COMMANDS, GROUPS, facetally
from cli.stack.provider import prepare_models
from models.graphs.graph import CPU
from models.graphs.providers import CUDA_EXECUTION
from tests.support.programs.cli import WEIGHTS_DIR, call_facetally
from worker.settings import Settings

# No process is behind this address.
QUEUE = {"redis_url": "redis://127.0.0.1:1/0"}


@pytest.fixture
def call(capsys, monkeypatch):
    return partial(call_facetally, capsys, monkeypatch)


def list_commands():
    context = click.Context(facetally, info_name="facetally")
    for name in COMMANDS:
        command = facetally.get_command(context, name)
        inner = click.Context(command, info_name=name, parent=context)
        yield pytest.param(command, inner, id=name)
        for sub_name, sub in getattr(command, "commands", {}).items():
            yield pytest.param(
                sub, click.Context(sub, info_name=sub_name, parent=inner), id=f"{name} {sub_name}"
            )


@pytest.mark.parametrize(("command", "context"), [*list_commands()])
def test_the_help_of_a_command_has_a_summary_and_an_example(command, context):
    text = command.get_help(context)

    assert command.get_short_help_str(60).endswith(".")
    assert f"facetally {context.command_path.removeprefix('facetally ')}" in text
    assert "Example: " in text


def test_the_help_of_the_program_lists_every_command(terminal):
    done = terminal.run("--help")

    assert done.returncode == 0
    assert all(f"\n  {name} " in done.stdout for name in COMMANDS)
    assert "Example: facetally run" in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_quotes_their_own_help(name):
    command = facetally.get_command(click.Context(facetally), name)

    assert COMMANDS[name][1] == command.get_short_help_str(60)


def run_and_find(commands, heavy):
    """What these commands print, run in a new process, once none of `heavy` was imported."""
    code = f"import sys, cli.main as m; [m.run_command(one) for one in {commands!r}]; "
    code += f"sys.exit(', '.join({heavy!r} & set(sys.modules)) or 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_help_and_the_version_import_no_command():
    heavy = {"numpy", "sqlalchemy", "httpx", "rich", "pydantic", "cli.commands.jobs"}
    printed = run_and_find([["-h"], ["--version"]], heavy)

    assert f"facetally, version {version('facetally')}" in printed


def test_commands_that_only_ask_a_server_import_nothing_of_one():
    groups = ("Jobs of a server", "What was found")
    asking = {name for group in groups for name in GROUPS[group]} - {"submit", "watch-folder"}
    run_and_find([[name, "--help"] for name in sorted(asking)], {"numpy", "sqlalchemy", "pydantic"})


@pytest.mark.parametrize(
    ("words", "found"), [("re", ["resume", "retry", "rerun", "results", "report"]), ("--v", [])]
)
def test_names_of_commands_are_completed(words, found):
    completed = facetally.shell_complete(click.Context(facetally), words)

    assert [item.value for item in completed] == (found or ["--version"])


@pytest.mark.parametrize(
    ("word", "message"),
    [("wacth", "No such command 'wacth'. Did you mean 'watch'?"), ("-x", "No such option")],
)
def test_an_unknown_command_is_a_usage_error_with_a_suggestion(call, word, message):
    done = call(word)

    assert done.returncode == 2
    assert message in done.stderr


def test_at_least_one_frame_of_a_video_is_analyzed_every_100_seconds(call):
    done = call("submit", "a.mp4", "--frames-per-second", "1e-9")

    assert done.returncode == 2
    assert "0.01<=x<=60" in done.stderr


def test_the_message_for_an_unreachable_server_says_what_to_do(terminal):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        done = terminal.run("jobs", "--url", url)

    assert done.returncode == 1
    assert done.stderr == (
        f"Error: No Facetally server answers at {url}. Start one with `facetally serve`, or give "
        "--url.\n"
    )


ANSWERS = {"/v1/jobs": (200, b"<html>"), "/v1/jobs/1": (401, b""), "/v1/audience": (404, b"")}


class _Stranger(BaseHTTPRequestHandler):
    def do_GET(self):
        status, body = ANSWERS[self.path.partition("?")[0]]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Silent."""


@pytest.fixture
def stranger():
    """A server that isn't Facetally."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Stranger) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["jobs"], "isn't Facetally"),
        (["status", "1"], "--key"),
        (["audience"], "answered 404"),
    ],
    ids=["not our JSON", "no key", "an unknown page"],
)
def test_an_unexpected_answer_is_one_clear_line(call, stranger, words, message):
    done = call(*words, "--url", stranger)

    assert done.returncode == 1
    assert message in done.stderr
    assert done.stderr.removeprefix("Starting…\n").count("\n") == 1


def test_nothing_is_erased_without_a_yes(call, monkeypatch):
    # Nothing is asked of a server before the answer, and a script gives none.
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    done = call("erase", "7", "--url", "http://127.0.0.1:1", "--key", "a key")

    assert done.returncode == 1
    assert "Nothing was erased." in done.stderr


@pytest.mark.parametrize(
    ("words", "settings", "message"),
    [
        (["serve"], {"lease": "1"}, "FACETALLY_LEASE: unknown setting"),
        (["serve", "--host", "0.0.0.0"], {}, "Set FACETALLY_API_KEYS"),
        (["worker"], {}, "FACETALLY_REDIS_URL is not set"),
        (["api"], {}, "FACETALLY_REDIS_URL is not set"),
        (["worker"], QUEUE, "Run `facetally migrate` first"),
        (["api"], QUEUE, "Run `facetally migrate` first"),
        (["dispatcher"], QUEUE, "Run `facetally migrate` first"),
        (["worker"], {**QUEUE, "weights_dir": "/nonexistent"}, "Run `facetally weights fetch`"),
        (["worker"], {**QUEUE, "provider": "cpu", "devices": "0"}, "a device was asked for"),
    ],
    ids=[
        "unknown setting",
        "open to all",
        "worker without queue",
        "api without queue",
        "worker without tables",
        "api without tables",
        "dispatcher without tables",
        "no models",
        "a device of the CPU",
    ],
)
def test_a_process_that_cannot_work_refuses_to_start(call, words, settings, message, tmp_path):
    done = call(*words, data_dir=str(tmp_path), **settings)

    assert done.returncode == 1
    *waiting, error = done.stderr.removeprefix("Starting…\n").splitlines()
    assert message in error
    assert all(line.endswith("Waiting for it.") for line in waiting)


@pytest.mark.skipif(
    CUDA_EXECUTION in onnxruntime.get_available_providers(), reason="this runtime has CUDA"
)
@pytest.mark.parametrize("words", [["worker"], ["run", "."]], ids=["worker", "run"])
def test_a_missing_cuda_is_never_replaced_by_the_cpu(call, words, tmp_path):
    (tmp_path / "one.jpg").touch()
    out = ["--out", tmp_path / "out"] if words == ["run", "."] else []
    words = [tmp_path if word == "." else word for word in words]
    done = call(
        *words, *out, provider="cuda", devices="0", weights_dir=str(WEIGHTS_DIR),
        data_dir=str(tmp_path / "data"), **QUEUE,
    )  # fmt: skip

    assert done.returncode == 1
    assert "The provider is `cuda`, but" in done.stderr
    assert done.stderr.removeprefix("Starting…\n").count("\n") == 1


def test_auto_stands_for_what_the_models_run_on():
    expected = "cuda" if CUDA_EXECUTION in onnxruntime.get_available_providers() else CPU

    settings = Settings(weights_dir=WEIGHTS_DIR)
    assert prepare_models(settings, settings.packs) == expected


def test_weights_are_listed_and_verified(call):
    listed, verified = (
        call("weights", word, weights_dir=str(WEIGHTS_DIR)) for word in ("list", "verify")
    )

    assert (listed.returncode, verified.returncode) == (0, 0)
    assert "yunet" in listed.stdout
    assert verified.stdout.count("ready  ") == len(verified.stdout.splitlines())


def test_missing_weights_make_verify_fail(call, tmp_path):
    done = call("weights", "verify", weights_dir=str(tmp_path))

    assert done.returncode == 1
    assert "missing  " in done.stdout
