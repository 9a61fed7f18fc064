"""The rows of counters."""

from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import Table


class CounterRow(Table):
    """A part of a counter: its value is the sum over its shards, which let transactions of several
    processes count without waiting for each other."""

    __tablename__ = "counters"
    # Rows are updated often and in place.
    __table_args__ = ({"postgresql_with": {"fillfactor": 50}},)

    name: Mapped[str] = mapped_column(primary_key=True)
    # The values of its labels, as JSON.
    labels: Mapped[str] = mapped_column(primary_key=True)
    shard: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[float]
