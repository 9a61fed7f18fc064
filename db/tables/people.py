"""The rows that live while the people of a job are not linked yet."""

from sqlalchemy.orm import Mapped, mapped_column

from db.tables.metadata import BigKey, Table


class EmbeddingRow(Table):
    """The embedding of a face of a live job: biometric data, removed when the job ends at the
    latest, and read by nothing but the linking of that job."""

    __tablename__ = "embeddings"

    # No foreign keys: checking them would cost more than the row.
    job_id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    item_id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    embedding: Mapped[bytes]
