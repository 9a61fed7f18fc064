"""Addresses of the broker: what is one, and how Celery spells it."""

import pytest

from worker.addresses.broker_address import BrokerAddress


@pytest.mark.parametrize(
    ("url", "celery", "where"),
    [
        ("redis://localhost", "redis://localhost:6379/0", "localhost:6379"),
        ("redis://:p%40ss@r.example:6380/3", "redis://:p%40ss@r.example:6380/3", "r.example:6380"),
        ("rediss://me:s@[::1]:7/1", "rediss://me:s@[::1]:7/1", "[::1]:7"),
        ("unix:///run/q.sock?db=2", "redis+socket:///run/q.sock?virtual_host=2", "/run/q.sock"),
        (
            "redis+sentinel://:a%2Fb@one,two:7/mymaster/1?sentinel_password=c",
            "sentinel://:a%2Fb@one:26379/1;sentinel://:a%2Fb@two:7/1",
            "mymaster of the Sentinels one:26379, two:7",
        ),
        ("rediss+sentinel://one/m", "sentinel://one:26379/0", "m of the Sentinels one:26379"),
    ],
)
def test_an_address_is_spelled_for_celery_and_for_people(url: str, celery: str, where: str) -> None:
    address = BrokerAddress.parse(url)
    assert (address.celery_url, address.where) == (celery, where)


def test_certificates_are_always_checked() -> None:
    files = "ssl_ca_certs=/ca.pem&ssl_certfile=/own.pem&ssl_keyfile=/own.key"
    tls = BrokerAddress.parse(f"rediss://r.example/0?{files}").tls
    assert tls["ssl_cert_reqs"] == 2
    assert tls["ssl_check_hostname"] is True
    assert tls["ssl_ca_certs"] == "/ca.pem"
    assert not BrokerAddress.parse("redis://r.example").tls


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://localhost", "must begin with redis://"),
        ("redis://", "names no host"),
        ("redis://h:port/0", "no valid port"),
        ("redis://h:99999/0", "no valid port"),
        ("redis://h/queue", "must be a number, got 'queue'"),
        ("redis://h/0/1", "the number of a database"),
        ("rediss://h?ssl_cert_reqs=none", "no option 'ssl_cert_reqs'"),
        ("redis://h?ssl_ca_certs=/ca.pem", "no option 'ssl_ca_certs'"),
        ("redis+sentinel://h:26379", "the name of the service"),
        ("redis+sentinel://h,,i/m", "names no host"),
        ("redis+sentinel://[::1/m", "Invalid IPv6"),
    ],
)
def test_what_is_no_address_is_refused_without_its_password(url: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence.replace("[", r"\[")) as refused:
        BrokerAddress.parse(url.replace("://", "://:secret@", 1) if "://h" in url else url)
    assert "secret" not in str(refused.value)
    assert "secret" not in repr(BrokerAddress.parse("redis://:secret@h"))
