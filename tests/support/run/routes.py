"""Applications that are quick to test with: each test has one of its own, with the same routes, and
to compile these again would take longer than most tests."""

from collections.abc import Callable, Hashable
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

ROUTES: dict[Hashable, dict[str, Any]] = {}
BUILDERS: dict[Hashable, Callable[..., tuple[str, str]]] = {}
# What a route is compiled to, beside what builds its address.
COMPILED = ("_parts", "_trace", "_converters", "arguments")


class SharedRule(Rule):
    """A route that is compiled once for all applications of this process."""

    def compile(self) -> None:
        key = (self.rule, self.is_leaf, self.strict_slashes, self.merge_slashes)
        if key not in ROUTES:
            super().compile()
            ROUTES[key] = {name: getattr(self, name) for name in COMPILED}
            return
        vars(self).update(ROUTES[key])
        self._build = self._compile_builder(False).__get__(self, None)
        self._build_unknown = self._compile_builder(True).__get__(self, None)

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        # It takes its converters from the route that calls it.
        assert not self.defaults
        key = (self.rule, tuple(self._trace), append_unknown)
        if key not in BUILDERS:
            BUILDERS[key] = super()._compile_builder(append_unknown)
        return BUILDERS[key]


def share_compiled_routes() -> None:
    """For applications that are made from now on in this process."""
    Flask.url_rule_class = SharedRule
