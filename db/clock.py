"""The database's clock, by which workers with different clocks agree on leases."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Double, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime; SQLite, which has no time zones, stores it naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def read_time(session: Session, offset_seconds: float = 0.0) -> datetime:
    """The time of the database's clock, `offset_seconds` from now."""
    return session.execute(select(DatabaseTime(offset_seconds))).scalar_one()


class DatabaseTime(FunctionElement[datetime]):
    """The time of the database's clock in a query, `offset_seconds` from now."""

    type = UtcDateTime()
    inherit_cache = True

    def __init__(self, offset_seconds: float = 0.0) -> None:
        super().__init__(literal(float(offset_seconds), Double))


@compiles(DatabaseTime, "postgresql")
def _compile_for_postgresql(element: DatabaseTime, compiler: SQLCompiler, **words: Any) -> str:
    offset = compiler.process(element.clauses, **words)
    return f"(clock_timestamp() + make_interval(secs => {offset}))"


@compiles(DatabaseTime, "sqlite")
def _compile_for_sqlite(element: DatabaseTime, compiler: SQLCompiler, **words: Any) -> str:
    # SQLite has milliseconds. Three more zeros make the text as long as that of a stored datetime,
    # so that comparing texts compares times.
    shifted = f"printf('%+.3f seconds', {compiler.process(element.clauses, **words)})"
    return f"(strftime('%Y-%m-%d %H:%M:%f', 'now', {shifted}) || '000')"


class EpochMilliseconds(FunctionElement[int]):
    """A time in a query as milliseconds since 1970: of very many, reading numbers is faster."""

    type = BigInteger()
    inherit_cache = True

    def __init__(self, moment: InstrumentedAttribute[Any]) -> None:
        super().__init__(moment)


@compiles(EpochMilliseconds, "postgresql")
def _compile_ms_for_postgresql(
    element: EpochMilliseconds, compiler: SQLCompiler, **words: Any
) -> str:
    moment = compiler.process(element.clauses, **words)
    return f"floor(extract(epoch FROM {moment}) * 1000)::bigint"


@compiles(EpochMilliseconds, "sqlite")
def _compile_ms_for_sqlite(element: EpochMilliseconds, compiler: SQLCompiler, **words: Any) -> str:
    moment = compiler.process(element.clauses, **words)
    # 2440587.5 is the Julian day of 1970. A day has 86,400,000 milliseconds.
    return f"CAST(round((julianday({moment}) - 2440587.5) * 86400000.0) AS INTEGER)"
