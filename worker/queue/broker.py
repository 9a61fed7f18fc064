"""The Celery application that producers and workers share: only hints travel, SQL is the truth."""

from celery import Celery
from kombu import Exchange, Queue
from redis import Redis

BULK_QUEUE = "bulk"
INTERACTIVE_QUEUE = "interactive"
RUN_CHUNK = "facetally.run_chunk"
ANALYZE = "facetally.analyze"
SOCKET_SECONDS = 5.0


def create_queue(redis_url: str) -> Celery:
    """A Celery application on this broker; the reason for each setting is above it."""
    # A socket's address starts with unix:// for Redis' client, but with redis+socket:// for Celery.
    app = Celery("facetally", broker=redis_url.replace("unix://", "redis+socket://", 1))
    _set_up_messages(app)
    _set_up_connection(app)
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


def _set_up_connection(app: Celery) -> None:
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
        },
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


def connect(redis_url: str) -> Redis:
    """A client of the broker itself, which times out if the broker hangs."""
    return Redis.from_url(
        redis_url, socket_timeout=SOCKET_SECONDS, socket_connect_timeout=SOCKET_SECONDS
    )
