"""Webhooks: addresses that are told what happens to jobs."""

from http import HTTPStatus

from flask import Response, abort
from flask_openapi3 import Tag

from api.access.callers import current_caller
from api.call_groups import CallGroup
from api.errors import ApiError
from api.operator_schemas.webhooks import (
    MadeWebhookOut,
    MessagePath,
    MessagesOut,
    MessagesQuery,
    QueuedMessageOut,
    WebhookBody,
    WebhookOut,
    WebhookPath,
    WebhooksOut,
)
from api.schemas.errors import ERRORS, answers, problem
from api.schemas.replies import reply
from api.services import services
from db.webhooks.messages import read_messages, resend_message
from db.webhooks.values import Webhook
from db.webhooks.webhooks import (
    announce_test,
    count_webhooks,
    create_webhook,
    read_webhook,
    read_webhooks,
    remove_webhook,
)
from worker.dispatcher.webhooks import WebhookRefused, check_url

blueprint = CallGroup(
    "webhooks", __name__, url_prefix="/v1", abp_tags=[Tag(name="webhooks")], abp_responses=ERRORS
)
# Of a tenant: each is one more request for each event.
MOST_WEBHOOKS = 20


@blueprint.get("/webhooks", responses={200: WebhooksOut})
def list_webhooks() -> Response:
    """List the webhooks."""
    with services().database.read() as session:
        return reply(WebhooksOut.of(read_webhooks(session, current_caller().reach)))


@blueprint.post("/webhooks", responses={201: MadeWebhookOut, 409: problem(409)})
def create(body: WebhookBody) -> Response:
    """Have an address told what happens to the jobs of your tenant.

    Messages are signed by the Standard Webhooks specification with the `secret`, which is shown
    this once.
    """
    opened, tenant = services(), current_caller().reach.home
    try:
        check_url(body.url, opened.settings.webhook_hosts)
    except WebhookRefused as error:
        raise ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), "webhook_refused") from error
    with opened.database.write() as session:
        if count_webhooks(session, tenant) >= MOST_WEBHOOKS:
            message = f"There are {MOST_WEBHOOKS} webhooks already. Remove one first."
            raise ApiError(HTTPStatus.CONFLICT, message, "too_many_webhooks")
        secret, webhook = create_webhook(session, tenant, body.url, body.events)
    made = MadeWebhookOut(**WebhookOut.of(webhook).model_dump(), secret=secret)
    return reply(made, HTTPStatus.CREATED)


@blueprint.delete("/webhooks/<int:webhook_id>", responses=answers(WebhookOut, 200))
def remove(path: WebhookPath) -> Response:
    """Remove a webhook with its messages."""
    with services().database.write() as session:
        webhook = read_webhook(session, path.webhook_id)
        remove_webhook(session, path.webhook_id)
    return reply(WebhookOut.of(webhook or _abort(path.webhook_id)))


@blueprint.post("/webhooks/<int:webhook_id>/test", responses=answers(QueuedMessageOut, 202))
def test(path: WebhookPath) -> Response:
    """Send a `webhook.test` message; its messages tell what became of it."""
    with services().database.write() as session:
        webhook = read_webhook(session, path.webhook_id) or _abort(path.webhook_id)
        if webhook.disabled_at is not None:
            raise _disabled()
        message_id = announce_test(session, webhook.id)
    return reply(QueuedMessageOut(message_id=message_id), HTTPStatus.ACCEPTED)


@blueprint.get("/webhooks/<int:webhook_id>/messages", responses=answers(MessagesOut, 200))
def list_messages(path: WebhookPath, query: MessagesQuery) -> Response:
    """List the messages of the last 30 days with all attempts, the newest first."""
    with services().database.read() as session:
        webhook = read_webhook(session, path.webhook_id) or _abort(path.webhook_id)
        found = read_messages(session, webhook.id, before=query.cursor, limit=query.limit)
    return reply(MessagesOut.of(found, query.limit))


@blueprint.post("/messages/<int:message_id>/resend", responses=answers(QueuedMessageOut, 202))
def resend(path: MessagePath) -> Response:
    """Send a message again, whether or not it was delivered."""
    with services().database.write() as session:
        if not resend_message(session, path.message_id):
            raise _disabled()
    return reply(QueuedMessageOut(message_id=path.message_id), HTTPStatus.ACCEPTED)


def _abort(webhook_id: int) -> Webhook:
    abort(404, f"There is no webhook {webhook_id}.")


def _disabled() -> ApiError:
    return ApiError(
        HTTPStatus.NOT_FOUND,
        "There is no such message, or its webhook is disabled, as its receiver answered 410. Make "
        "another one.",
    )
