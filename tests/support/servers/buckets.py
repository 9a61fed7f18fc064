"""A server of S3's protocol on this machine, and the environment of an operator who uses it."""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

import boto3

KEYS = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
REGION = "us-east-1"


@contextmanager
def serve_buckets() -> Iterator[str]:
    """Its address; it is empty."""
    # It takes long to import, and every process of tests would.
    from moto.server import ThreadedMotoServer  # noqa: PLC0415

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


def fill_bucket(url: str, bucket: str, files: Mapping[str, bytes]) -> None:
    """A new bucket with these files."""
    with closing(boto3.client("s3", endpoint_url=url, region_name=REGION, **KEYS)) as client:
        client.create_bucket(Bucket=bucket)
        for name, content in files.items():
            client.put_object(Bucket=bucket, Key=name, Body=content)


def environment_of(url: str) -> dict[str, str]:
    """What the operator sets."""
    return {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": url,
    }
