"""Where the time of a run goes: in the models, while pictures are awaited, or between."""

from collections import defaultdict
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from models.graphs.graph import Graph


class Clock:
    """Seconds by name, as the caller waits for them."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def add(self, name: str, seconds: float) -> None:
        self.seconds[name] += seconds

    def time_graph(self, name: str, graph: Graph) -> Graph:
        """The same graph, whose runs are timed, transfers included."""
        return _TimedGraph(name, graph, self)


class _TimedGraph:
    def __init__(self, name: str, graph: Graph, clock: Clock) -> None:
        self._name = name
        self._graph = graph
        self._clock = clock

    @property
    def provider(self) -> str:
        return self._graph.provider

    def run(self, inputs: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        started = perf_counter()
        outputs = self._graph.run(inputs)
        self._clock.add(self._name, perf_counter() - started)
        return outputs
