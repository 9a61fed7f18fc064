"""Whose data it is, and whose data a caller reads."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    # Commands know tenants without a database, whose library takes longer to import than they do.
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute

# Whose jobs those are that no key was used for, or one of an operator.
DEFAULT_TENANT = "default"
TENANT_PATTERN = r"[a-z0-9][a-z0-9._-]{0,62}"
# In place of a tenant: all of them. No tenant has this name.
ALL_TENANTS = "*"


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose data a caller reads and changes: that of one tenant, or of all (None)."""

    tenant: str | None

    @classmethod
    def of(cls, name: str) -> Self:
        """Of a tenant by its name, or of ALL_TENANTS."""
        return cls(None if name == ALL_TENANTS else name)

    @property
    def name(self) -> str:
        return ALL_TENANTS if self.tenant is None else self.tenant

    @property
    def home(self) -> str:
        """The tenant of what its holder submits."""
        return DEFAULT_TENANT if self.tenant is None else self.tenant

    def includes(self, tenant: str) -> bool:
        return self.tenant in (None, tenant)

    def match(self, column: "InstrumentedAttribute[str]") -> "list[ColumnElement[bool]]":
        """The same of a column with names of tenants, as conditions."""
        return [] if self.tenant is None else [column == self.tenant]


EVERYONE = Reach(None)
