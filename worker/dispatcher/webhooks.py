"""Sends messages to webhooks, signed as the Standard Webhooks specification has it.

In threads of its own: a receiver that hangs holds up neither the dispatcher nor other receivers.
"""

import hmac
import logging
from base64 import b64decode, b64encode
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cached_property
from hashlib import sha256
from ipaddress import ip_address
from socket import inet_aton, inet_ntoa
from ssl import SSLContext
from threading import Lock
from time import monotonic, time

import httpcore
from httpx import create_ssl_context
from sqlalchemy.exc import DBAPIError

from db.engine import Database
from db.webhooks.messages import record_attempt, take_due_messages
from db.webhooks.values import Attempt, DueMessage
from db.webhooks.webhooks import SECRET_PREFIX
from models.errors import FacetallyError, ForbiddenItem, ItemError
from worker.addresses.address import WEB_SCHEMES, Address
from worker.sources.network import Network, is_public

logger = logging.getLogger(__name__)

SENDERS = 8
ANSWER_SECONDS = 15.0
PRIVATE = (
    "The host is in a private network. An operator may allow it by name in FACETALLY_WEBHOOK_HOSTS."
)


class WebhookRefused(FacetallyError):
    """A webhook may not have this address: use https, or have its host allowed."""


def check_url(url: str, hosts: Collection[str]) -> Address:
    """The address of a receiver; `hosts` may be private, and need no TLS. Raises WebhookRefused."""
    try:
        address = Address.parse(url)
    except ItemError as error:
        raise WebhookRefused(str(error)) from error
    if address.scheme not in WEB_SCHEMES or not address.host:
        raise WebhookRefused("The address of a webhook must start with https:// and name a host.")
    if address.host in hosts:
        return address
    if address.scheme != "https":
        raise WebhookRefused("The address of a webhook must start with https://.")
    if _is_private(address.host):
        raise WebhookRefused(PRIVATE)
    return address


def _is_private(host: str) -> bool:
    """A name is checked each time that it is looked up."""
    with suppress(ValueError):
        return not is_public(str(ip_address(host)))
    with suppress(OSError, ValueError):
        # As systems read it, such as 127.1 or 0x7f000001.
        return not is_public(inet_ntoa(inet_aton(host)))
    return host.rstrip(".") == "localhost"


def sign(secret: str, name: str, timestamp: int, body: str) -> str:
    """The value of `webhook-signature`."""
    key = b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = hmac.digest(key, f"{name}.{timestamp}.{body}".encode(), sha256)
    return f"v1,{b64encode(signed).decode()}"


class WebhookSender:
    """Call `send_due` while messages are due: it returns at once, and they are sent meanwhile."""

    def __init__(
        self,
        database: Database,
        hosts: Collection[str] = (),
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._database = database
        self._hosts = frozenset(hosts)
        self._answer_seconds = answer_seconds
        self._lock = Lock()
        # Each webhook gets one message at a time.
        self._busy: set[int] = set()
        self._threads = ThreadPoolExecutor(SENDERS, thread_name_prefix="webhook")
        self._networks = {public: Network(public_only=public) for public in (True, False)}

    @cached_property
    def _trust(self) -> SSLContext:
        """As usual in Python, SSL_CERT_FILE names other authorities to trust."""
        return create_ssl_context()

    def close(self) -> None:
        """Wait for the messages that are being sent."""
        self._threads.shutdown()
        for network in self._networks.values():
            network.close()

    def send_due(self) -> int:
        """Begin to send what is due; returns how many messages."""
        with self._lock:
            busy = set(self._busy)
        if len(busy) >= SENDERS:
            return 0
        with self._database.write() as session:
            due = take_due_messages(session, SENDERS - len(busy), busy)
        for one in due:
            with self._lock:
                self._busy.add(one.webhook_id)
            self._threads.submit(self._send, one)
        return len(due)

    def _send(self, due: DueMessage) -> None:
        try:
            attempt = self._attempt(due)
            with self._database.write() as session:
                state = record_attempt(session, due, attempt)
            logger.info("webhook called", extra=_describe(due, attempt) | {"state": state.value})
        except DBAPIError:
            # It is sent again: receivers know a message by its name.
            logger.warning("attempt not recorded", extra={"message_id": due.id})
        except Exception:
            logger.exception("message not sent", extra={"message_id": due.id})
        finally:
            with self._lock:
                self._busy.discard(due.webhook_id)

    def _attempt(self, due: DueMessage) -> Attempt:
        started = monotonic()
        status, fault = None, None
        try:
            status = self._post(due, started + self._answer_seconds)
        except (WebhookRefused, ForbiddenItem):
            fault = PRIVATE
        except httpcore.TimeoutException:
            fault = f"There was no answer within {self._answer_seconds:g} seconds."
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            fault = f"The connection failed: {error}"[:300]
        return Attempt(round((monotonic() - started) * 1000), status, fault)

    def _post(self, due: DueMessage, deadline: float) -> int:
        """The status of the answer, of which nothing else is read. A redirect is not followed."""
        address = check_url(due.url, self._hosts)
        target = (address.path or "/") + (f"?{address.query}" if address.query else "")
        url = httpcore.URL(
            scheme=address.scheme, host=address.host, port=address.port, target=target
        )
        network = self._networks[address.host not in self._hosts]
        with (
            httpcore.ConnectionPool(ssl_context=self._trust, network_backend=network) as pool,
            pool.stream(
                "POST",
                url,
                headers=_make_headers(due, address),
                content=due.body.encode(),
                extensions={"timeout": dict.fromkeys(("connect", "read", "write"), deadline)},
            ) as response,
        ):
            return int(response.status)


def _make_headers(due: DueMessage, address: Address) -> list[tuple[str, str]]:
    timestamp = int(time())
    return [
        ("Host", address.origin.partition("://")[2]),
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(due.body.encode()))),
        ("User-Agent", "facetally"),
        ("webhook-id", due.name),
        ("webhook-timestamp", str(timestamp)),
        ("webhook-signature", sign(due.secret, due.name, timestamp, due.body)),
    ]


def _describe(due: DueMessage, attempt: Attempt) -> dict[str, object]:
    return {
        "webhook_id": due.webhook_id,
        "message_id": due.id,
        "attempt": due.attempt,
        "status": attempt.status,
        "error": attempt.error,
    }
