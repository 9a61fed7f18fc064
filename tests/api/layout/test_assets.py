"""Style sheets, scripts and templates: one list of colors, one style of names."""

import re
from pathlib import Path

import pytest

import api.layout.assets

STATIC = api.layout.assets.FOLDER
TEMPLATES = STATIC.parent / "templates"
OURS = [
    path
    for folder, pattern in ((STATIC, "*.css"), (STATIC, "*.js"), (TEMPLATES, "*.html"))
    for path in sorted(folder.glob(pattern))
    if not path.name.startswith("htmx")
]
COLOR = re.compile(
    r"(?<![&\w])#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})\b(?!-)|\brgba?\(|\bhsl\(", re.I
)
SWAGGER = re.compile(r"parameter__|response-col_")
KEBAB = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def name(path: Path) -> str:
    return path.name


@pytest.mark.parametrize("path", OURS, ids=name)
def test_colors_are_named_in_the_tokens_and_nowhere_else(path: Path) -> None:
    if path.name != "tokens.css":
        assert [found[0] for found in COLOR.finditer(path.read_text()) if found[0] != "#feed"] == []


def test_every_token_that_is_used_is_defined() -> None:
    tokens = set(re.findall(r"(--[\w-]+):", (STATIC / "tokens.css").read_text()))
    for path in OURS:
        assert set(re.findall(r"var\((--[\w-]+)", path.read_text())) <= tokens, path.name


@pytest.mark.parametrize("path", OURS, ids=name)
def test_classes_and_ids_are_in_kebab_case(path: Path) -> None:
    text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", path.read_text())
    if path.suffix == ".html":
        names = " ".join(re.findall(r'\b(?:class|id)="([^"]*)"', text)).split()
    elif path.suffix == ".css":
        names = re.findall(r"[.#]([a-zA-Z][\w-]*)", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))
    else:
        names = re.findall(r'getElementById\("([^"]+)"\)', text)
    # The page of the API's documents styles what Swagger UI has named.
    names = [one for one in names if path.name != "docs.css" or not SWAGGER.match(one)]
    assert [one for one in names if not KEBAB.fullmatch(one.strip("-"))] == []


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")), ids=name)
def test_functions_of_scripts_are_in_camel_case(path: Path) -> None:
    if not path.name.startswith("htmx"):
        names = re.findall(
            r"\bfunction\*? (\w+)|\b(?:const|let) (\w+) = (?:async )?\(", path.read_text()
        )
        assert [one for pair in names for one in pair if "_" in one and not one.isupper()] == []
