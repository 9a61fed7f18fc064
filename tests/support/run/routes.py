"""Applications that are quick to test with: each test has one of its own, with the same routes, and
to compile what builds their addresses would take longer than most tests."""

from collections.abc import Callable, Hashable

from flask import Flask
from werkzeug.routing import Rule

BUILDERS: dict[Hashable, Callable[..., tuple[str, str]]] = {}


class SharedRule(Rule):
    """A route whose builder is compiled once for all applications of this process."""

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
