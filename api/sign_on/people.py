"""What someone may do here, by what the provider says of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from re import fullmatch

from api.sign_on.refusals import SignOnRefused
from db.access.key_values import Person, Scope
from db.reach import TENANT_PATTERN, Reach

# The first of these that a person has is shown; none of them tells people apart.
NAMES = ("email", "preferred_username", "name")
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Rules:
    """Which claim has the groups, what each of these allows, and whose data people reach: that of
    `tenant`, or of the one that `tenant_claim` names."""

    groups_claim: str
    scopes_by_group: Mapping[str, frozenset[Scope]]
    tenant: str
    tenant_claim: str


def describe_person(claims: Mapping[str, object], rules: Rules) -> Person:
    """The person of these claims; raises SignOnRefused where they allow nothing here."""
    subject = str(claims["sub"])
    return Person(
        issuer=str(claims["iss"]),
        subject=subject,
        name=_name(claims, subject),
        reach=_find_reach(claims, rules),
        scopes=_find_scopes(claims, rules),
    )


def find_claim(claims: Mapping[str, object], name: str) -> object:
    """A claim by its name; dots lead into others, as in `realm_access.roles`, unless they are part
    of the name."""
    if name in claims:
        return claims[name]
    first, dot, rest = name.partition(".")
    within = claims.get(first)
    return find_claim(within, rest) if dot and isinstance(within, dict) else None


def _name(claims: Mapping[str, object], subject: str) -> str:
    """To read, and never that of another: `anna@example.com (248289761001)`."""
    found = (claims.get(name) for name in NAMES)
    shown = next((name for name in found if isinstance(name, str) and name.isprintable()), "")
    return f"{shown[:LONGEST_NAME]} ({subject})" if shown else subject


def _find_scopes(claims: Mapping[str, object], rules: Rules) -> frozenset[Scope]:
    claim = find_claim(claims, rules.groups_claim)
    groups = claim if isinstance(claim, list) else [claim]
    allowed = [rules.scopes_by_group.get(group) for group in groups if isinstance(group, str)]
    scopes = frozenset[Scope]().union(*(one for one in allowed if one))
    if not scopes:
        raise SignOnRefused(
            "Your account is in no group that may use this server. Ask your administrator."
        )
    return scopes


def _find_reach(claims: Mapping[str, object], rules: Rules) -> Reach:
    if not rules.tenant_claim:
        return Reach.of(rules.tenant)
    tenant = find_claim(claims, rules.tenant_claim)
    if not isinstance(tenant, str) or not fullmatch(TENANT_PATTERN, tenant):
        raise SignOnRefused(
            "Your account belongs to no tenant of this server. Ask your administrator."
        )
    return Reach.of(tenant)
