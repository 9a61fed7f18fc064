"""What someone may do, by what a provider says of them."""

import pytest

from api.sign_on.people import Rules, describe_person
from api.sign_on.refusals import SignOnRefused
from db.access.key_values import Scope
from worker.openid import parse_groups

GROUPS = parse_groups(("staff=submit + read", "/ops/a=b=admin"))
ANNA = {"iss": "https://id.example", "sub": "7", "company": "acme", "groups": ["staff"]}


def rules(claim: str = "groups", tenant: str = "default", tenant_claim: str = "") -> Rules:
    return Rules(claim, GROUPS, tenant, tenant_claim)


@pytest.mark.parametrize(
    ("groups", "scopes"),
    [
        (["staff"], {Scope.SUBMIT, Scope.READ}),
        ("staff", {Scope.SUBMIT, Scope.READ}),
        (["others", "staff", "/ops/a=b", 7], {Scope.SUBMIT, Scope.READ, Scope.ADMIN}),
    ],
)
def test_groups_add_up(groups: object, scopes: set[Scope]) -> None:
    assert describe_person({**ANNA, "groups": groups}, rules()).scopes == scopes


@pytest.mark.parametrize(
    "groups", [None, [], "Staff", ["others"], [7, {}, ["staff"]], {"staff": 1}]
)
def test_without_a_group_nobody_is_let_in(groups: object) -> None:
    with pytest.raises(SignOnRefused, match="no group that may use this server"):
        describe_person({**ANNA, "groups": groups}, rules())


@pytest.mark.parametrize(
    "claims", [{"realm": {"roles": ["staff"]}}, {"realm.roles": ["staff"], "realm": 7}]
)
def test_a_claim_may_lie_within_another(claims: dict[str, object]) -> None:
    person = describe_person({**ANNA, **claims}, rules("realm.roles"))
    assert person.scopes == {Scope.SUBMIT, Scope.READ}


@pytest.mark.parametrize("company", [None, "*", "", "Not A Tenant", "acme\n", 7])
def test_without_a_tenant_nobody_is_let_in_where_a_claim_names_it(company: object) -> None:
    with pytest.raises(SignOnRefused, match="no tenant of this server"):
        describe_person({**ANNA, "company": company}, rules(tenant_claim="company"))


def test_people_reach_the_tenant_of_their_claim_or_that_of_all() -> None:
    assert describe_person(ANNA, rules(tenant_claim="company")).reach.tenant == "acme"
    assert describe_person(ANNA, rules(tenant="*")).reach.tenant is None


def test_a_name_is_never_that_of_another() -> None:
    named = {**ANNA, "preferred_username": "FACETALLY_API_KEYS"}
    assert describe_person(named, rules()).name == "FACETALLY_API_KEYS (7)"
    assert describe_person({**ANNA, "email": "a\nb"}, rules()).name == "7"
