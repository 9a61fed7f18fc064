"""How often the keys of a tenant may call, counted in Redis for all processes together.

While Redis is unavailable, each process counts for itself: calls continue, up to the limit times
the number of processes.
"""

import logging
from collections.abc import Mapping
from functools import cached_property
from http import HTTPStatus
from math import ceil
from time import monotonic, time
from typing import TypeAlias

from flask import Response, g
from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter
from packaging.version import Version
from redis import ConnectionPool
from redis.exceptions import RedisError

from api.access.callers import Caller
from api.access.rights import Right
from api.errors import ApiError
from worker.queue.broker import connect

logger = logging.getLogger(__name__)

# After a failure, Redis is left alone for a while: each try may wait for its timeout.
AWAY_SECONDS = 10.0
KEY_PREFIX = "facetally-limits"
REQUESTS, AUDIENCE = "requests", "audience"
MESSAGES = {
    REQUESTS: "Your tenant has made {limit} requests in a minute, the limit.",
    AUDIENCE: "Your tenant has asked for {limit} audiences in a day, the limit.",
}
# A limit by its name, what is left of it, and the seconds until it starts again.
Left: TypeAlias = tuple[str, RateLimitItem, int, int]


class LimitReached(ApiError):
    """A tenant has called too often: wait as long as `Retry-After` says."""

    def __init__(self, left: Left) -> None:
        name, limit, _, seconds = left
        super().__init__(
            HTTPStatus.TOO_MANY_REQUESTS,
            f"{MESSAGES[name].format(limit=limit.amount)} Try again in {seconds} seconds.",
            "rate_limited",
            retry_after_seconds=seconds,
        )
        self.left = left


class _Counts(RedisStorage):
    """It imports one client: that of Valkey would take a quarter of a second at start, too."""

    def __init__(self, pool: ConnectionPool) -> None:
        self.DEPENDENCIES = {"redis": Version("3.0")}
        super().__init__("redis://", connection_pool=pool, key_prefix=KEY_PREFIX)


class Limiter:
    """Counts calls by tenant; several threads use it. Nothing connects before a call is counted."""

    def __init__(self, redis_url: str, requests_per_minute: int, audiences_per_day: int) -> None:
        self._redis = connect(redis_url)
        self._shared = FixedWindowRateLimiter(_Counts(self._redis.connection_pool))
        self._away_until = 0.0
        self._limits: Mapping[str, RateLimitItem] = {
            name: limit
            for name, limit in (
                (REQUESTS, RateLimitItemPerMinute(requests_per_minute)),
                (AUDIENCE, RateLimitItemPerDay(audiences_per_day)),
            )
            if limit.amount
        }

    def count(self, caller: Caller, right: Right) -> list[Left]:
        """Count a call; raises ApiError if it is one too many. Operators have no limits."""
        tenant = caller.reach.tenant
        counted = [REQUESTS, *([AUDIENCE] if right.counts_audience else [])]
        wanted = [(name, self._limits[name]) for name in counted if name in self._limits]
        return [] if tenant is None else [self._count(*one, tenant) for one in wanted]

    def count_audiences(self, caller: Caller, audiences: int) -> list[Left]:
        """Count a call as this many audiences; raises ApiError if they are too many."""
        tenant, limit = caller.reach.tenant, self._limits.get(AUDIENCE)
        if tenant is None or limit is None or audiences <= 0:
            return []
        return [self._count(AUDIENCE, limit, tenant, audiences)]

    def _count(self, name: str, limit: RateLimitItem, tenant: str, cost: int = 1) -> Left:
        is_within, left, seconds = self._take(name, limit, tenant, cost)
        if not is_within:
            raise LimitReached((name, limit, 0, seconds))
        return name, limit, left, seconds

    def _take(
        self, name: str, limit: RateLimitItem, tenant: str, cost: int
    ) -> tuple[bool, int, int]:
        if monotonic() >= self._away_until:
            try:
                return _hit(self._shared, name, limit, tenant, cost)
            except RedisError as error:
                self._away_until = monotonic() + AWAY_SECONDS
                logger.warning("calls are counted by each process", extra={"error": str(error)})
        return _hit(self._own, name, limit, tenant, cost)

    @cached_property
    def _own(self) -> FixedWindowRateLimiter:
        """Made when it is needed: it has a thread, which forgets what is over."""
        return FixedWindowRateLimiter(MemoryStorage())

    def close(self) -> None:
        self._redis.close()


def count_call(limiter: Limiter, caller: Caller, right: Right) -> None:
    """Count this request; raises LimitReached."""
    try:
        g.limits = limiter.count(caller, right)
    except LimitReached as refusal:
        g.limits = [refusal.left]
        raise


def count_more_audiences(limiter: Limiter, caller: Caller, audiences: int) -> None:
    """Count this request as this many more audiences; raises LimitReached."""
    try:
        left = limiter.count_audiences(caller, audiences)
    except LimitReached as refusal:
        g.limits = [refusal.left]
        raise
    if left:
        g.limits = [*(one for one in g.limits if one[0] != AUDIENCE), *left]


def add_limits(response: Response) -> Response:
    """What is left of each limit, as the draft of the IETF has it:
    https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/."""
    limits: list[Left] = g.get("limits", [])
    if limits:
        response.headers["RateLimit-Policy"] = ", ".join(
            f'"{name}";q={limit.amount};w={limit.get_expiry()}' for name, limit, _, _ in limits
        )
        response.headers["RateLimit"] = ", ".join(
            f'"{name}";r={left};t={seconds}' for name, _, left, seconds in limits
        )
    return response


def _hit(
    counter: FixedWindowRateLimiter, name: str, limit: RateLimitItem, tenant: str, cost: int
) -> tuple[bool, int, int]:
    """Whether the call is within its limit, what is left, and the seconds until it starts again."""
    is_within = counter.hit(limit, name, tenant, cost=cost)
    window = counter.get_window_stats(limit, name, tenant)
    return is_within, window.remaining, max(1, ceil(window.reset_time - time()))
