"""Packages that not every installation has."""

from importlib.util import find_spec

import pytest

# They are found and not imported: PyTorch alone takes as long as all tests of a package, and every
# process that collects tests would import it.
needs_torch = pytest.mark.skipif(
    find_spec("torch") is None, reason="PyTorch is not installed: make setup-training"
)
