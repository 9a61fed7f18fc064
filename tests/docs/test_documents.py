"""The documents name only what exists: links, files, targets of make, commands and settings."""

import re
import shlex
from pathlib import Path

import click
import pytest

from cli.main import facetally
from db.states import ErrorCode
from db.tables.schema import SCHEMA
from tests.support.answers.documents import DOCUMENTS, ROOT, read_commands
from worker.settings import PREFIX, Settings

NAMES = [str(document.relative_to(ROOT)) for document in DOCUMENTS]
SETTINGS = {PREFIX + name.upper() for name in Settings.model_fields}
# Read by clients and by tests.
OTHER_VARIABLES = {"FACETALLY_URL", "FACETALLY_KEY", "FACETALLY_TEST_SCREENSHOTS"}
PACKAGES = "api|benchmarks|cli|db|deploy|docs|examples|facetally|models|tests|training|worker"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
API = ROOT / "docs" / "api.md"
README = ROOT / "README.md"
PICTURE_BYTES = 120_000

each_document = pytest.mark.parametrize("name", NAMES)


@each_document
def test_every_link_leads_to_a_file_or_a_heading(name):
    document = ROOT / name
    for link in re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", document.read_text()):
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        assert target.exists(), link
        assert not anchor or anchor in _read_anchors(target), link


@each_document
def test_every_path_of_the_repository_exists(name):
    for path in re.findall(rf"`((?:{PACKAGES})/(?!out/)[\w./-]+)`", (ROOT / name).read_text()):
        assert (ROOT / path).exists(), path


@each_document
def test_every_name_that_stands_behind_a_file_is_in_it(name):
    for path, found in re.findall(r"`([\w/]+\.py)` \(`(\w+)`", (ROOT / name).read_text()):
        defined = rf"^\s*(?:(?:class|def) {found}\b|{found}(?:: .+)? =)"
        assert re.search(defined, (ROOT / path).read_text(), re.MULTILINE), (path, found)


@each_document
def test_every_target_of_make_exists(name):
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"\bmake ([a-z][\w-]*)(?=[`\s])", _read_code(ROOT / name))) <= targets


@each_document
def test_every_variable_is_a_setting(name):
    named = set(re.findall(r"\bFACETALLY_[A-Z_]*[A-Z]\b", (ROOT / name).read_text()))

    assert named - OTHER_VARIABLES <= SETTINGS


@each_document
def test_every_command_of_facetally_is_one_that_it_takes(name):
    for line in read_commands(ROOT / name):
        for words in re.findall(r"(?:^|\s)(?:\.venv/bin/)?facetally (?!\[)([^|;&>]+)", line):
            _parse(shlex.split(words))


def test_the_page_of_the_api_lists_every_call(client):
    calls = {
        f"{method.upper()} {path}"
        for path, methods in client.get("/openapi.json").json["paths"].items()
        for method in methods
    }

    assert (
        set(re.findall(r"^\| `((?:GET|POST|PUT|PATCH|DELETE) [^`]+)` \|", API.read_text(), re.M))
        == calls
    )


def test_the_page_of_the_api_lists_every_code_of_failed_items():
    section = API.read_text().split("### Failed items")[1].split("\n## ")[0]

    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == [*ErrorCode]


def test_the_architecture_lists_every_table():
    section = ARCHITECTURE.read_text().split("## Tables")[1].split("\n\nA video gets")[0]
    rows = re.findall(r"^\| (`.+?`) \|", section, re.MULTILINE)

    assert set(re.findall(r"`(\w+)`", " ".join(rows))) == set(SCHEMA.tables)


def test_the_readme_is_short_and_its_pictures_are_small():
    text = README.read_text()
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)

    assert len(text.splitlines()) < 150
    assert len(pictures) == 2
    assert all((ROOT / picture).stat().st_size < PICTURE_BYTES for picture in pictures)


def _read_anchors(document: Path) -> set[str]:
    """What GitHub calls each heading."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {
        re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings
    }


def _read_code(document: Path) -> str:
    return "\n".join([*re.findall(r"`[^`\n]+`", document.read_text()), *read_commands(document)])


def _parse(words: list[str]) -> None:
    command: click.Command | None = facetally
    context = click.Context(facetally)
    while isinstance(command, click.Group):
        name, *words = words
        if name.startswith("-"):
            return
        command = command.get_command(context, name)
        assert command is not None, name
    parser = command.make_parser(context)
    parser.parse_args(words)
