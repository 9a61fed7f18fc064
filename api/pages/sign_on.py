"""Log in at the OpenID provider of the settings: the way there, and the way back."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, request

from api.access.callers import Caller
from api.access.log_ins import LogIn, check_pause, note_log_in, note_refusal
from api.access.sessions import open_session, own_address
from api.layout.rendering import show
from api.origins import find_address
from api.pages.login import clean_target, read_target, redirect, show_login
from api.services import Services, services, take_permit
from api.sign_on.attempt import Attempt
from api.sign_on.metadata import ProviderUnavailable
from api.sign_on.refusals import SignOnRefused
from db.access.key_values import Person

if TYPE_CHECKING:
    from api.sign_on.provider import Provider

logger = logging.getLogger(__name__)

blueprint = Blueprint("sign_on_page", __name__)
ANSWER = "/login/answer"
COOKIE = "facetally_sign_on"
SECURE_COOKIE = f"__Host-{COOKIE}"
# To find a password, and a telephone with a second factor.
ATTEMPT_SECONDS = 900
BUSY = "Many people are logging in just now. Try again in a moment."


@blueprint.get("/login/provider")
def leave() -> Response:
    """Send the browser to the provider."""
    provider = _find_provider()
    attempt = Attempt.begin(read_target())
    try:
        with _permit():
            response = redirect(provider.make_address(attempt, _answer_url()))
    except ProviderUnavailable as error:
        return _show_unavailable(error, attempt.target)
    secure = request.is_secure
    response.set_cookie(
        SECURE_COOKIE if secure else COOKIE,
        attempt.write(),
        ATTEMPT_SECONDS,
        secure=secure,
        httponly=True,
        # The provider's page leads back here, and the cookie has to come with it.
        samesite="Lax",
    )
    return response


@blueprint.get(ANSWER)
def come_back() -> Response:
    """Open a session for whom the provider names, and continue to the page that they wanted."""
    provider, opened = _find_provider(), services()
    log_in = LogIn(find_address(), "sign_on_page.come_back")
    check_pause(opened.database, log_in)
    attempt = _read_attempt()
    try:
        with _permit():
            person = _identify(provider, attempt)
    except ProviderUnavailable as error:
        response = _show_unavailable(error, attempt.target)
    except SignOnRefused as error:
        note_refusal(opened.database, log_in, str(error))
        response = show_login(HTTPStatus.FORBIDDEN, reason=str(error), target=attempt.target)
    else:
        response = _let_in(opened, person, provider.session_seconds, attempt.target)
        note_log_in(opened.database, log_in, Caller(person.name, person.reach, person.scopes))
    for name in (COOKIE, SECURE_COOKIE):
        response.delete_cookie(name, httponly=True, samesite="Lax", secure=name == SECURE_COOKIE)
    return response


def _let_in(opened: Services, person: Person, seconds: float, target: str) -> Response:
    """A page that continues by itself. A redirect would not do: browsers keep a strict cookie back
    while they follow a way that began at another site."""
    response = show("signed_on.html", target=target)
    open_session(opened.database, response, person, seconds)
    return response


def _identify(provider: "Provider", attempt: Attempt) -> Person:
    """Raises SignOnRefused, unless this is the answer that this browser has asked for."""
    if not attempt.has_state(request.args.get("state", "")):
        raise SignOnRefused("This log-in has expired, or another browser began it. Log in again.")
    if request.args.get("iss", provider.issuer) != provider.issuer:
        raise SignOnRefused("This answer is of another provider. Log in again.")
    if error := request.args.get("error"):
        raise SignOnRefused(f"The provider does not log you in: {error[:100]}.")
    return provider.identify(request.args.get("code", ""), attempt, _answer_url())


def _read_attempt() -> Attempt:
    cookie = request.cookies.get(SECURE_COOKIE if request.is_secure else COOKIE, "")
    attempt = Attempt.parse(cookie)
    return Attempt(attempt.secret, clean_target(attempt.target))


def _find_provider() -> "Provider":
    provider = services().provider
    if provider is None:
        abort(404, "This server has no OpenID provider: FACETALLY_OIDC_ISSUER is not set.")
    return provider


def _answer_url() -> str:
    return own_address(ANSWER)


@contextmanager
def _permit() -> Iterator[None]:
    """Whoever waits for the provider holds up a thread; some stay free for everybody else."""
    permits = services().waiting
    take_permit(permits, BUSY)
    try:
        yield
    finally:
        permits.release()


def _show_unavailable(error: ProviderUnavailable, target: str) -> Response:
    """The log says more: anyone sees this page."""
    logger.error("OpenID provider unavailable", extra={"error": str(error)})
    return show_login(HTTPStatus.SERVICE_UNAVAILABLE, "login.unavailable", target=target)
