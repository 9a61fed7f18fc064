"""Templates that are compiled once for all processes and runs: each test has an application of its
own, and to compile them again would take longer than most tests of pages."""

from flask import Flask
from jinja2 import FileSystemBytecodeCache


def share_compiled_templates() -> None:
    """For applications that are made from now on in this process."""
    # In a folder of this user, by what the templates contain.
    Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache()}
