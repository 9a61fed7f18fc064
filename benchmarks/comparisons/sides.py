"""The sides of `benchmarks.throughput`: what analyzes the same pictures, each in its way."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks.comparisons.peer import install_peer, run_peer
from benchmarks.deployments.servers import run_postgresql
from cli.speed.picture_loops import loop_over
from cli.speed.rounds import Round
from cli.speed.stack_watch import StackWatch
from cli.speed.stacks import analyze_all, run_own_stack, run_watched_stack
from worker.settings import Settings

# A side that takes seconds a picture has seen enough after this part of the pictures.
SLOW_PART = 12
SIDES = ("bare", "one_bare", "system", "one_worker", "postgresql", "peer", "prototype", "packs")
OTHER_PACKS = ("strict", "accurate", "haar")

Run = Callable[[], Round]


class Sides:
    """Opens sides, each as a function that runs one round; stacks stay up in between, idle."""

    def __init__(
        self, settings: Settings, paths: Sequence[Path], folder: Path, stacks: ExitStack
    ) -> None:
        self._settings = settings
        self._paths = paths
        self._few = paths[: max(1, len(paths) // SLOW_PART)]
        self._folder = folder
        self._stacks = stacks
        self.watch = StackWatch()

    def open(self, name: str) -> dict[str, Run]:
        """One of SIDES: its runs by their names, none where it cannot run here."""
        match name:
            case "bare":
                return {name: self._open_loop()}
            case "one_bare":
                return {name: self._open_loop(processes=1)}
            case "peer":
                return {name: partial(run_peer, self._few)} if install_peer() else {}
            case "prototype":
                return {name: partial(loop_over, self._settings, "classic", self._few)}
            case "packs":
                return {
                    pack: partial(loop_over, self._settings, pack, self._few)
                    for pack in OTHER_PACKS
                }
            case "one_worker":
                return {name: self._open_stack(name, slots=1)}
            case "postgresql":
                url = self._stacks.enter_context(run_postgresql())
                return {name: self._open_stack(name, database_url=url)}
        return {name: self._open_watched_stack(name)}

    def _open_loop(self, processes: int | None = None) -> Run:
        return partial(loop_over, self._settings, self._settings.pack, self._paths, processes)

    def _open_watched_stack(self, name: str) -> Run:
        stack = run_watched_stack(self._settings, self._folder / name, self._paths[0].parent)
        client, processes = self._stacks.enter_context(stack)
        return partial(self.watch.run, processes, partial(analyze_all, client, self._paths))

    def _open_stack(self, name: str, slots: int | None = None, database_url: str = "") -> Run:
        stack = run_own_stack(
            self._settings, self._folder / name, self._paths[0].parent, slots, database_url
        )
        return partial(analyze_all, self._stacks.enter_context(stack), self._paths)
