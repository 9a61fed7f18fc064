"""Whether database, queue and store answer, in one sentence for each that does not."""

from collections.abc import Iterator
from contextlib import closing, suppress
from threading import Thread
from urllib.parse import urlsplit

from redis import RedisError
from redis.sentinel import MasterNotFoundError
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from cli.exits import CommandFailed
from cli.terminal import tell
from db.engine import Database
from worker.addresses.broker_address import BrokerAddress
from worker.queue.broker import connect
from worker.settings import Settings
from worker.sources.store import Store

# A bucket whose server is away is tried again and again by its driver.
STORE_SECONDS = 10.0


def require_services(settings: Settings) -> None:
    """CommandFailed where one does not answer."""
    require_store(settings)
    for sentence in find_unreachable(settings):
        raise CommandFailed(sentence)


def tell_unreachable(settings: Settings) -> None:
    """A process of a deployment waits for what does not answer yet, and says so; what is no store
    at all is CommandFailed."""
    require_store(settings)
    for sentence in find_unreachable(settings):
        tell(f"{sentence} Waiting for it.")


def find_unreachable(settings: Settings) -> Iterator[str]:
    for problem in (
        _try_database(settings.database_url),
        _try_queue(settings.redis_url) if settings.redis_url else None,
        _try_store(settings.store_url),
    ):
        if problem:
            yield problem


def describe_database(url: str, error: DBAPIError) -> str:
    """What to do about a database that does not answer."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return (
            f"The database {parsed.database} cannot be opened: {_first_line(error.orig)}. Check "
            "FACETALLY_DATA_DIR or FACETALLY_DATABASE_URL."
        )
    where = f"{parsed.host or 'this machine'}:{parsed.port or 5432}"
    return (
        f"The database at {where} does not answer: {_first_line(error.orig)}. Start it, or correct "
        "FACETALLY_DATABASE_URL."
    )


def require_store(settings: Settings) -> None:
    """CommandFailed for an address that no store can have."""
    try:
        Store(settings.store_url)
    except (ImportError, ValueError) as error:
        raise CommandFailed(
            f"FACETALLY_STORE_URL is not the address of a store: {_first_line(error)}. Write "
            "file:///FOLDER, s3://BUCKET/FOLDER or another address that fsspec can write to."
        ) from error


def _try_database(url: str) -> str | None:
    with closing(Database(url)) as database:
        try:
            with database.engine.connect():
                return None
        except DBAPIError as error:
            return describe_database(url, error)


def _try_queue(url: str) -> str | None:
    try:
        with closing(connect(url)) as redis:
            redis.ping()
            return None
    except (RedisError, OSError) as error:
        return _describe_queue(url, error)


def _describe_queue(url: str, error: RedisError | OSError) -> str:
    reason = _first_line(error)
    advice = "Start Redis or Valkey, or correct"
    if isinstance(error, MasterNotFoundError):
        reason = "no Sentinel answers that names a server in charge"
        advice = "Start the Sentinels, or correct addresses, service, password or certificates in"
    elif "CERTIFICATE_VERIFY_FAILED" in reason:
        advice = "Name the authority of its certificate with ?ssl_ca_certs=/PATH in"
    where = BrokerAddress.parse(url).where
    return f"The queue at {where} does not answer: {reason}. {advice} FACETALLY_REDIS_URL."


def _try_store(url: str) -> str | None:
    problems = ["it takes too long"]

    def look() -> None:
        problem = Store(url).find_problem()
        problems[:] = [problem] if problem else []

    # Its end is not waited for: a driver may try for minutes.
    thread = Thread(target=look, name="store", daemon=True)
    thread.start()
    thread.join(STORE_SECONDS)
    for problem in problems:
        return f"The store {_hide_user(url)} cannot be used: {problem}. Check FACETALLY_STORE_URL."
    return None


def _hide_user(url: str) -> str:
    """An address without the password that it may hold."""
    with suppress(ValueError):
        parts = urlsplit(url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()
    return "of the settings"


def _first_line(error: object) -> str:
    """The libraries' own messages go on for lines."""
    return str(error).strip().partition("\n")[0].rstrip(".")
