"""A pack as the text of its pack.toml."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict

from models.packs.pack import Pack
from models.packs.parts import Part
from models.packs.votes import Vote


def write_pack_text(pack: Pack) -> str:
    """A pack.toml that reads as the same pack; keys without a value are left out."""
    return "".join(f"{line}\n" for line in _list_lines(pack))


def _list_lines(pack: Pack) -> Iterator[str]:
    for key in ("name", "version", "title", "description"):
        yield f"{key} = {_write(getattr(pack, key))}"
    yield from ("", "[detector]", *_list_values(pack.detector))
    for estimator in pack.estimators:
        yield from ("", "[[estimator]]", *_list_values(estimator))
    yield from ("", "[vote]", *_list_values(pack.vote))


def _list_values(part: Part | Vote) -> Iterator[str]:
    for key, value in asdict(part).items():
        if value not in (None, "", {}, ()):
            yield f"{key} = {_write(value)}"


def _write(value: object) -> str:
    """A value of TOML: what JSON has in common with it, and tables on one line."""
    if isinstance(value, Mapping):
        pairs = (f"{key} = {_write(one)}" for key, one in value.items() if one is not None)
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_write, value))}]"
    return json.dumps(value, ensure_ascii=False)
