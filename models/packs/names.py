"""What a pack or a part of it may be called, and which pack is the default."""

import re

# It appears in addresses, settings and exports.
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
DEFAULT_PACK = "default"
