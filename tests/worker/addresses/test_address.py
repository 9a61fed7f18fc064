"""Only what the operator lists may be read, however an address is written."""

import pytest

from models.errors import ForbiddenItem, ItemError, UnsupportedItem
from worker.addresses.address import Address, AllowList, parse_prefix

LISTED = AllowList(
    ["s3://photos", "s3://campaign/2026/", "https://img.example.com/public/", "az://box/a"]
)


@pytest.mark.parametrize(
    "uri",
    [
        "s3://photos/a.jpg",
        "S3://photos/a/b c?#%41.jpg",
        "s3://campaign/2026/a.jpg",
        "https://img.example.com/public/a.jpg",
        "HTTPS://IMG.Example.com:443/public/a.jpg?width=9",
        "https://img.example.com/public/é a.jpg",
        "az://box/a/1.jpg",
    ],
)
def test_an_address_under_a_listed_prefix_is_permitted(uri):
    assert LISTED.permit(uri).anywhere


@pytest.mark.parametrize(
    "uri",
    [
        "s3://photos-private/a.jpg",
        "s3://photo/a.jpg",
        "s3://Photos/a.jpg",
        "s3://photos@other/a.jpg",
        "s3://photos%2fx/a.jpg",
        "s3://photos",
        "s3://photos/../campaign/a.jpg",
        "s3://campaign/2025/a.jpg",
        "s3://campaign/20266/a.jpg",
        "s3://campaign/2026/../2025/a.jpg",
        "s3://campaign/2026/%2e%2e/2025/a.jpg",
        "s3://campaign/2026/%252e%252e%252f2025/a.jpg",
        "s3://arn:aws:s3:eu:123456789012:accesspoint/photos/a.jpg",
        "gs://photos/a.jpg",
        "az://box@other.dfs.core.windows.net/a/1.jpg",
        "az://box.dfs.core.windows.net/a/1.jpg",
        "az://box/ab.jpg",
        "http://img.example.com/public/a.jpg",
        "https://img.example.com:8443/public/a.jpg",
        "https://img.example.com@evil.example/public/a.jpg",
        "https://img.example.com:443@evil.example/public/a.jpg",
        "https://evil.example/img.example.com/public/a.jpg",
        "https://img.example.com.evil.example/public/a.jpg",
        "https://img.example.com./public/a.jpg",
        "https://img.example.com\\@evil.example/public/a.jpg",
        "https://img.example.com\t/public/a.jpg",
        "https://img.example.com/publicity/a.jpg",
        "https://img.example.com/PUBLIC/a.jpg",
        "https://img.example.com/private/a.jpg",
        "https://img.example.com/public/../private/a.jpg",
        "https://img.example.com/public/%2E%2e/private/a.jpg",
        "https://img.example.com/public/..;/private/a.jpg",
        "https://img.example.com/public%2f..%2fprivate/a.jpg",
        "https://img.example.com/public/%2e%2e%5cprivate/a.jpg",
        "https://img\N{FULLWIDTH FULL STOP}example.com/public/a.jpg",
        "https:img.example.com/public/a.jpg",
        "https:///public/a.jpg",
        "https://[::1/public/a.jpg",
        "https://img.example.com:port/public/a.jpg",
        " https://img.example.com/public/a.jpg",
    ],
)
def test_nothing_else_is_permitted(uri):
    with pytest.raises(ItemError) as refused:
        LISTED.permit(uri)
    assert isinstance(refused.value, ForbiddenItem | UnsupportedItem)


def test_an_empty_list_permits_nothing():
    for uri in ("https://example.com/a.jpg", "s3://photos/a.jpg"):
        with pytest.raises(ForbiddenItem, match="FACETALLY_SOURCES"):
            AllowList().permit(uri)


def test_a_bare_scheme_permits_any_host_at_its_usual_port_but_not_at_private_addresses():
    listed = AllowList(["https://", "https://nas.example:8443/"])
    assert not listed.permit("https://any.example/a.jpg").anywhere
    assert listed.permit("https://nas.example:8443/a.jpg").anywhere
    for uri in ("https://any.example:22/a", "http://any.example/a", "s3://photos/a"):
        with pytest.raises(ForbiddenItem):
            listed.permit(uri)


@pytest.mark.parametrize(
    "prefix",
    [
        "s3://", "gs://", "s3", "*", "ftp://host/", "file:///data", "https://a@b/", "https://b/?c",
        "https:///path", "https://:8443/", "s3://photos/../x", "https://host/#a", "img.example.com",
    ],
)  # fmt: skip
def test_an_entry_without_a_host_is_refused(prefix):
    with pytest.raises(ValueError, match="not a source"):
        parse_prefix(prefix)


def test_an_address_is_printed_as_it_is_requested():
    address = Address.parse("HTTPS://[2001:DB8::1]:8443/ä b/%41.jpg?q=ü&r=%20")
    assert str(address) == "https://[2001:db8::1]:8443/%C3%A4%20b/%41.jpg?q=%C3%BC&r=%20"
