"""The Celery application that producers and workers share: only hints travel, SQL is the truth."""

from celery import Celery
from kombu import Exchange, Queue
from redis import Redis
from redis.sentinel import Sentinel

from worker.addresses.broker_address import BrokerAddress

BULK_QUEUE = "bulk"
INTERACTIVE_QUEUE = "interactive"
RUN_CHUNK = "facetally.run_chunk"
ANALYZE = "facetally.analyze"
SOCKET_SECONDS = 5.0
TIMEOUTS = {"socket_timeout": SOCKET_SECONDS, "socket_connect_timeout": SOCKET_SECONDS}
# Our own address among Celery's settings.
REDIS_URL = "facetally_redis_url"


def create_queue(redis_url: str) -> Celery:
    """A Celery application on this broker; the reason for each setting is above it."""
    # Without an address it can be made, as by a tool that imports all modules, but not used.
    address = BrokerAddress.parse(redis_url or "redis://localhost")
    app = Celery("facetally", broker=address.celery_url)
    app.conf.update({REDIS_URL: redis_url})
    _set_up_messages(app)
    _set_up_connection(app, address)
    _set_up_workers(app)
    return app


def _set_up_messages(app: Celery) -> None:
    app.conf.update(
        # Each queue has its own exchange: queues that share one get each other's messages.
        task_queues=[
            Queue(name, Exchange(name), routing_key=name)
            for name in (BULK_QUEUE, INTERACTIVE_QUEUE)
        ],
        task_default_queue=BULK_QUEUE,
        # Only ids travel.
        task_serializer="json",
        accept_content=["json"],
        # Return values of tasks are not stored: SQL holds every result.
        task_ignore_result=True,
        result_backend=None,
        # A hint is acknowledged at once; the chunk's lease makes it safe. Late acknowledgement
        # runs tasks twice on any reconnection, and makes a worker of Celery 5.7.0 exit.
        task_acks_late=False,
        task_reject_on_worker_lost=False,
    )


def _set_up_connection(app: Celery, address: BrokerAddress) -> None:
    app.conf.update(
        # Publishing to a hung broker fails within the socket's timeout; the dispatcher retries.
        task_publish_retry=False,
        broker_transport_options={
            "socket_timeout": 5,
            "socket_connect_timeout": 3,
            "socket_keepalive": True,
            "health_check_interval": 25,
            "visibility_timeout": 3600,
            "unacked_restore_interval": 10,
            "unacked_restore_throttle": 1,
            **_describe_sentinels(address),
        },
        # Without terms Celery would trust any certificate.
        broker_use_ssl=address.tls or None,
        # Workers outlive their broker, however long it is down.
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_channel_error_retry=True,
        worker_cancel_long_running_tasks_on_connection_loss=False,
    )


def _set_up_workers(app: Celery) -> None:
    app.conf.update(
        # A worker takes a hint only if it has a free slot, so that no hint waits in a busy worker.
        worker_disable_prefetch=True,
        worker_prefetch_multiplier=1,
        # Children open models: the default of 4 seconds would kill every replacement of a crashed
        # child.
        worker_proc_alive_timeout=300,
        # A hung native call ends here, with its process. A soft limit would only end the wait for
        # it: its thread would keep hanging, and later items of the same process would be blamed.
        task_time_limit=300,
        # The entry point of the worker configures logging.
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
    )


def _describe_sentinels(address: BrokerAddress) -> dict[str, object]:
    if not address.service:
        return {}
    return {"master_name": address.service, "sentinel_kwargs": _make_sentinel_terms(address)}


def _make_sentinel_terms(address: BrokerAddress) -> dict[str, object]:
    tls = {"ssl": True, **address.tls} if address.tls else {}
    return {**TIMEOUTS, **tls, **address.sentinel_login}


class SentinelRedis(Redis):
    """A client of whichever server is in charge. It closes its connections to Sentinels, too."""

    def close(self) -> None:
        super().close()
        manager: Sentinel = self.connection_pool.sentinel_manager  # type: ignore[attr-defined]
        for one in manager.sentinels:
            one.close()


def connect(redis_url: str) -> Redis:
    """A client of the broker itself, which times out if the broker hangs."""
    address = BrokerAddress.parse(redis_url)
    if not address.service:
        return Redis.from_url(redis_url, **TIMEOUTS)
    tls = {"ssl": True, **address.tls} if address.tls else {}
    sentinels = Sentinel(
        address.hosts,
        sentinel_kwargs=_make_sentinel_terms(address),
        db=address.database,
        username=address.username,
        password=address.password,
        **TIMEOUTS,
        **tls,
    )
    found: Redis = sentinels.master_for(address.service, SentinelRedis)
    return found


def find_address(queue: Celery) -> str:
    """Where the broker of this application is, in our spelling."""
    return str(queue.conf[REDIS_URL])
