"""What Prometheus would see all the while: no counter falls, whoever is killed.

A value that falls looks like a restart to `rate()`, which then adds all of it once more.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import httpx
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from api.app import create_app
from api.services import EXTENSION
from tests.faults.cluster.cluster import Cluster
from worker.settings import Settings

SCRAPE_SECONDS = 2.0
ANSWER_SECONDS = 20.0
GROWING = ("_total", "_count", "_sum", "_bucket")
Sample = tuple[str, frozenset[tuple[str, str]]]
Read = Callable[[], str | None]


class Counters:
    """The counters of an installation over time."""

    def __init__(self) -> None:
        self._last: dict[Sample, float] = {}

    def take(self, text: str) -> list[str]:
        """The violations in a scrape, compared with the one before."""
        before, self._last = self._last, dict(_read_samples(text))
        return [
            f"I10: {name}{dict(sorted(labels))} fell from {value} to {now}"
            for (name, labels), value in before.items()
            if (now := self._last.get((name, labels))) is None or now < value
        ]


def _read_samples(text: str) -> Iterator[tuple[Sample, float]]:
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name.endswith(GROWING):
                yield (sample.name, frozenset(sample.labels.items())), sample.value


class Scraper:
    """Scrapes every few seconds until it is closed, in a thread of its own."""

    def __init__(self, read: Read) -> None:
        self.violations: list[str] = []
        self.scrapes = 0
        self._read = read
        self._counters = Counters()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scraper", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(SCRAPE_SECONDS):
            if (text := self._read()) is not None:
                self.scrapes += 1
                self.violations += self._counters.take(text)


@contextmanager
def open_reader(cluster: Cluster) -> Iterator[Read]:
    """Reads the metrics that the cluster's API shows, or one of its own where there is none."""
    if cluster.options.api:
        yield lambda: _scrape(cluster.url)
        return
    settings = Settings(
        data_dir=cluster.folder, database_url=cluster.server.url, redis_url=cluster.broker.url
    )
    app = create_app(settings.complete())
    with closing(app.extensions[EXTENSION]):
        yield lambda: _ask(app)


def _scrape(url: str) -> str | None:
    """None while the API does not answer, or has no database."""
    try:
        answer = httpx.get(f"{url}/metrics", timeout=ANSWER_SECONDS, trust_env=False)
    except httpx.TransportError:
        return None
    return answer.text if answer.is_success else None


def _ask(app: Flask) -> str | None:
    answer = app.test_client().get("/metrics")
    return answer.text if answer.status_code == httpx.codes.OK else None
