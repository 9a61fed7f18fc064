"""What each route needs: one table, in which every route has to stand."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask

from db.access.audit_values import Action
from db.access.key_values import Scope


@dataclass(frozen=True, slots=True)
class Right:
    """What a caller needs: a key with this scope, or any key; and for what concerns everybody's
    data, one that reaches all tenants."""

    scope: Scope | None = None
    is_open: bool = False
    of_operators: bool = False
    # What the audit log calls it; None for what is polled, and for what shows nobody.
    action: Action | None = None
    # Whether a tenant may do this only so often a day: many audiences together tell more than each.
    counts_audience: bool = False


# Everybody may, without a key.
OPEN = Right(is_open=True)
ANY_KEY = Right()
SUBMIT = Right(Scope.SUBMIT, action=Action.SUBMIT)
# What is polled, or shows no person; and what shows some.
LOOK = Right(Scope.READ)
READ = Right(Scope.READ, action=Action.READ)
# What shows faces as they are.
SEE = Right(Scope.PICTURES, action=Action.READ)
AUDIENCE = Right(Scope.READ, counts_audience=True)
EXPORT = Right(Scope.READ, action=Action.EXPORT)
ERASE = Right(Scope.ERASE, action=Action.ERASE)
LIVE = Right(Scope.LIVE, action=Action.LIVE)
ADMIN = Right(Scope.ADMIN)
MANAGE = Right(Scope.ADMIN, action=Action.ADMIN)
OPERATE = Right(Scope.READ, of_operators=True)

# By the name of the view, as its blueprint and function have it.
RIGHTS: Mapping[str, Right] = {
    "jobs.submit_job": SUBMIT,
    "jobs.list_jobs": LOOK,
    "jobs.show_job": LOOK,
    "jobs.cancel": SUBMIT,
    "jobs.change": SUBMIT,
    "jobs.pause": SUBMIT,
    "jobs.resume": SUBMIT,
    "jobs.retry": SUBMIT,
    "jobs.erase": ERASE,
    "reruns.rerun": SUBMIT,
    "reruns.compare": READ,
    "drafts.append_to_draft": SUBMIT,
    "drafts.list_accepted_requests": Right(Scope.SUBMIT),
    "drafts.finalize_draft": SUBMIT,
    "pieces.show_received": Right(Scope.SUBMIT),
    "pieces.append_piece": SUBMIT,
    "pieces.join_file": SUBMIT,
    "events.follow_job": LOOK,
    "events.follow_jobs": LOOK,
    "results.list_results": READ,
    "results.export_results": EXPORT,
    "items.show_item": READ,
    "items.show_picture": SEE,
    "items.show_thumbnail": LOOK,
    "items.show_track": LOOK,
    "items.show_video": SEE,
    "items.show_original": SEE,
    "items.show_people": READ,
    "report.show_report": EXPORT,
    "audience.show_audience": AUDIENCE,
    "compared_audiences.compare_audiences": AUDIENCE,
    "playlists.create": SUBMIT,
    "playlists.list_playlists": LOOK,
    "playlists.show_playlist": LOOK,
    "playlists.remove": SUBMIT,
    "playlists.show_playlist_audience": AUDIENCE,
    "zones.list_zones": LOOK,
    "zones.show_source_zones": Right(Scope.LIVE),
    "zones.put_source_zones": LIVE,
    "zones.put_job_zones": SUBMIT,
    "zones.show_job_zones": AUDIENCE,
    "zones.count_zones": AUDIENCE,
    "evaluations.list_evaluations": LOOK,
    "evaluations.show_evaluation": LOOK,
    "vocabulary.list_dimensions": LOOK,
    "vocabulary.list_tags": LOOK,
    "packs.list_packs": ANY_KEY,
    "limits.show_limits": ANY_KEY,
    "analyze.analyze_picture": LIVE,
    "live.watch_source": LIVE,
    "headcounts.list_headcounts": Right(Scope.LIVE),
    "headcounts.start": LIVE,
    "headcounts.stop": LIVE,
    "audit.list_entries": ADMIN,
    "keys.list_keys": ADMIN,
    "keys.create": MANAGE,
    "keys.revoke": MANAGE,
    "sessions.list_sessions": ADMIN,
    "sessions.end": MANAGE,
    "webhooks.list_webhooks": ADMIN,
    "webhooks.create": MANAGE,
    "webhooks.remove": MANAGE,
    "webhooks.test": MANAGE,
    "webhooks.list_messages": ADMIN,
    "webhooks.resend": MANAGE,
    "health.show_liveness": OPEN,
    "health.show_readiness": OPEN,
    "metrics.show_metrics": OPERATE,
    "docs.show_document": OPEN,
    "docs.show_page": OPEN,
    "docs.show_asset": OPEN,
    "assets.show_asset": OPEN,
    "login_page.show_page": OPEN,
    "login_page.log_in": OPEN,
    "sign_on_page.leave": OPEN,
    "sign_on_page.come_back": OPEN,
    "login_page.log_out": Right(action=Action.LOG_OUT),
    "home_page.show_page": ANY_KEY,
    "home_page.analyze_picture": LIVE,
    "home_page.show_sample": ANY_KEY,
    "live_page.show_page": Right(Scope.LIVE),
    "jobs_page.show_page": LOOK,
    "jobs_page.show_card": LOOK,
    "jobs_page.show_row": LOOK,
    "jobs_page.confirm_erase": Right(Scope.ERASE),
    "jobs_page.erase_now": ERASE,
    "jobs_page.show_form": Right(Scope.SUBMIT),
    "jobs_page.edit": SUBMIT,
    "jobs_page.run_again": SUBMIT,
    "jobs_page.act": SUBMIT,
    "evaluations_page.show_page": LOOK,
    "evaluations_page.show_report": LOOK,
    "job_page.show_page": READ,
    "job_page.show_items": READ,
    "job_page.show_tiles": READ,
    "job_page.show_answer": READ,
    "job_page.show_failures": LOOK,
    "item_page.show_page": READ,
    "item_page.show_people": READ,
    "comparison_page.show_page": READ,
    "audience_page.show_page": AUDIENCE,
    "playlists_page.show_page": LOOK,
    "playlists_page.show_playlist": AUDIENCE,
    "playlists_page.remove": SUBMIT,
    "keys_page.show_page": ADMIN,
    "keys_page.create": MANAGE,
    "keys_page.revoke": MANAGE,
    "keys_page.end": MANAGE,
    "system_page.show_page": OPERATE,
}


def check_rights(app: Flask) -> None:
    """Raises ValueError for a route that is not in the table, and for a line without a route."""
    views = app.view_functions.keys()
    if faults := views ^ RIGHTS.keys():
        names = ", ".join(sorted(faults))
        raise ValueError(
            f"api/access/rights.py must have a line for each route, and no others: {names}."
        )


def find_right(endpoint: str | None) -> Right:
    """What the view of a request needs; where there is none, a key, as for what there is."""
    return RIGHTS[endpoint] if endpoint is not None else ANY_KEY
