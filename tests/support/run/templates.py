"""Templates that are compiled once for all applications of this process: each test has one of its
own, and to compile them again would take longer than most tests of pages."""

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

COMPILED: dict[str, bytes] = {}


class MemoryCache(BytecodeCache):
    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in COMPILED:
            bucket.bytecode_from_string(COMPILED[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        COMPILED[bucket.key] = bucket.bytecode_to_string()


def share_compiled_templates() -> None:
    """For applications that are made from now on in this process."""
    Flask.jinja_options = {"bytecode_cache": MemoryCache()}
