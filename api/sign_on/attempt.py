"""One log-in of a browser, from leaving for the provider until it returns.

The browser keeps one random number for that time, in a cookie that no script reads. State, nonce
and the verifier of PKCE are made of it, so that a code counts only in the browser that asked for
it, and nobody can fill a table by starting log-ins.
"""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hmac import compare_digest
from secrets import token_urlsafe
from typing import Self


@dataclass(frozen=True, slots=True)
class Attempt:
    """The random number of one log-in, and the page that the reader wanted."""

    secret: str
    target: str

    @classmethod
    def begin(cls, target: str) -> Self:
        return cls(token_urlsafe(32), target)

    @classmethod
    def parse(cls, cookie: str) -> Self:
        """As `write` wrote it."""
        secret, _, target = cookie.partition(":")
        return cls(secret, target or "/")

    def write(self) -> str:
        """The value of its cookie."""
        return f"{self.secret}:{self.target}"

    @property
    def state(self) -> str:
        """Returns with the answer, which shows that this browser asked for it."""
        return self._derive("state")

    @property
    def nonce(self) -> str:
        """Is part of the token, which shows that it was made for this log-in."""
        return self._derive("nonce")

    @property
    def verifier(self) -> str:
        """Of PKCE (RFC 7636): who has only the code cannot use it."""
        return self._derive("verifier")

    def has_state(self, given: str) -> bool:
        """Whether an answer is for this log-in. Without its cookie nothing is."""
        return bool(self.secret) and compare_digest(given.encode(), self.state.encode())

    def _derive(self, purpose: str) -> str:
        digest = hmac.digest(self.secret.encode(), purpose.encode(), "sha256")
        return urlsafe_b64encode(digest).rstrip(b"=").decode()
