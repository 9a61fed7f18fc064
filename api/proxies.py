"""The operator's own proxies: only they are believed when they say whose request they pass on."""

import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from api.origins import Address, parse_address
from worker.setting_checks import parse_networks

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

logger = logging.getLogger(__name__)


class Proxies:
    """Gives an application each request as its client sent it, without the proxies in between."""

    def __init__(self, app: "WSGIApplication", trusted: Sequence[str]) -> None:
        self._app = app
        self._trusted = parse_networks(trusted)
        self._has_warned = False

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        peer = parse_address(environ.get("REMOTE_ADDR", ""))
        if peer is not None and self._trusts(peer):
            environ["REMOTE_ADDR"] = str(self._find_client(peer, environ))
            if environ.get("HTTP_X_FORWARDED_PROTO") == "https":
                environ["wsgi.url_scheme"] = "https"
        elif "HTTP_X_FORWARDED_FOR" in environ:
            self._warn(peer)
        return self._app(environ, start_response)

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self._trusted)

    def _find_client(self, peer: Address, environ: "WSGIEnvironment") -> Address:
        """Each proxy adds whose request it passes on; what is left of that, anyone could write."""
        for text in reversed(environ.get("HTTP_X_FORWARDED_FOR", "").split(",")):
            before = parse_address(text.strip())
            if before is None or not self._trusts(peer):
                break
            peer = before
        return peer

    def _warn(self, peer: Address | None) -> None:
        """Once: whoever has a proxy and did not name it should know."""
        if not self._has_warned and peer is not None and peer.is_private:
            self._has_warned = True
            logger.warning(
                "X-Forwarded-For is not believed; if this address is your proxy's, name it in "
                "FACETALLY_TRUSTED_PROXIES",
                extra={"address": str(peer)},
            )
