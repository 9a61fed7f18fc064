"""What runs in a cluster."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ClusterOptions:
    """What runs, and its timeouts."""

    workers: int = 2
    slots: int = 2
    dispatchers: int = 1
    api: bool = False  # with a worker for /v1/analyze
    lease_seconds: float = 1.5
    resend_seconds: float = 1.0
    item_seconds: float = 0.0
    time_limit_seconds: float = 300.0
    deliveries: int = 1  # of each hint
    clock_offset_seconds: float = 0.0  # of the first worker
    store_bytes: int | None = None  # of the disk that the uploads lie on
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def senders(self) -> int:
        """How many processes send hints."""
        return self.dispatchers + self.api

    def describe(self) -> dict[str, str]:
        """The environment of its processes."""
        return {
            "FACETALLY_LEASE_SECONDS": str(self.lease_seconds),
            "FACETALLY_RESEND_SECONDS": str(self.resend_seconds),
            "FACETALLY_CHUNK_ITEMS": "10",
            "FACETALLY_ANALYZE_TIMEOUT_SECONDS": "5",
            "FAULTS_DELIVERIES": str(self.deliveries),
            "FAULTS_ITEM_SECONDS": str(self.item_seconds),
            "FAULTS_TIME_LIMIT_SECONDS": str(self.time_limit_seconds),
            **self.settings,
        }
