"""The environment variables that clients read, and that no process of a server does."""

URL_VARIABLE = "FACETALLY_URL"
KEY_VARIABLE = "FACETALLY_KEY"
