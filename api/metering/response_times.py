"""How fast the server answers, by kind of answer: of what its processes counted for the metrics."""

from collections import Counter as Numbers
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from db.counters import BOUNDS, SUM, Histogram

BUCKETS = BOUNDS[Histogram.HTTP_REQUEST_SECONDS]
# By kind of answer, in seconds, as the benchmarks have them; how long one photo takes is up to the
# models.
TARGETS = {"pages": 0.1, "audience": 0.15, "status": 0.1, "photo": None}
PHOTO = ("/v1/analyze", "/analyze")
STATUS = "/v1/jobs/<int:job_id>"
# What is no page below these.
OTHERS = ("/v1/", "/static/", "/docs/", "/openapi", "/metrics", "/healthz", "/readyz", "/samples/")


@dataclass(frozen=True, slots=True)
class ResponseTimes:
    """Half of the answers of a kind took no longer than `half_seconds`, 95% than `most_seconds`."""

    kind: str
    requests: int
    half_seconds: float
    most_seconds: float
    target_seconds: float | None

    @property
    def is_late(self) -> bool:
        return self.target_seconds is not None and self.most_seconds > self.target_seconds


def find_response_times(
    counts: Mapping[str, Mapping[tuple[str, ...], float]],
) -> list[ResponseTimes]:
    """Of the kinds that were asked for, in the order of TARGETS."""
    by_kind = {kind: Numbers[int]() for kind in TARGETS}
    for (route, bucket), amount in counts.get(Histogram.HTTP_REQUEST_SECONDS, {}).items():
        kind = _find_kind(route)
        if kind is not None and bucket != SUM:
            by_kind[kind][int(bucket)] += round(amount)
    return list(_measure(by_kind))


def _find_kind(route: str) -> str | None:
    if route in PHOTO:
        return "photo"
    if route in ("/audience", "/v1/audience", "/v1/audience/compare"):
        return "audience"
    if route == STATUS:
        return "status"
    is_page = route.startswith("/") and not route.startswith(OTHERS) and "stream" not in route
    return "pages" if is_page else None


def _measure(by_kind: Mapping[str, Mapping[int, int]]) -> Iterator[ResponseTimes]:
    for kind, buckets in by_kind.items():
        requests = sum(buckets.values())
        if requests:
            half, most = (find_quantile(buckets, share) for share in (0.5, 0.95))
            yield ResponseTimes(kind, requests, half, most, TARGETS[kind])


def find_quantile(buckets: Mapping[int, int], share: float) -> float:
    """By linear interpolation within its bucket, as Prometheus does it; the last bucket, which has
    no end, gives its start."""
    wanted, before, start = share * sum(buckets.values()), 0, 0.0
    for index, end in enumerate(BUCKETS):
        inside = buckets.get(index, 0)
        if inside and before + inside >= wanted:
            return start + (end - start) * (wanted - before) / inside
        before, start = before + inside, end
    return BUCKETS[-1]
