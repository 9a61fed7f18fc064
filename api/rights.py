"""What each route needs: one table, in which every route has to stand."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask

from db.key_values import Scope


@dataclass(frozen=True, slots=True)
class Right:
    """What a caller needs: a key with this scope, or any key; and for what concerns everybody's
    data, one that reaches all tenants."""

    scope: Scope | None = None
    is_open: bool = False
    of_operators: bool = False


# Everybody may, without a key.
OPEN = Right(is_open=True)
ANY_KEY = Right()
SUBMIT, READ, ERASE = Right(Scope.SUBMIT), Right(Scope.READ), Right(Scope.ERASE)
LIVE, ADMIN = Right(Scope.LIVE), Right(Scope.ADMIN)
OPERATE = Right(Scope.READ, of_operators=True)

# By the name of the view, as its blueprint and function have it.
RIGHTS: Mapping[str, Right] = {
    "jobs.submit_job": SUBMIT,
    "jobs.list_jobs": READ,
    "jobs.show_job": READ,
    "jobs.cancel": SUBMIT,
    "jobs.resume": SUBMIT,
    "jobs.retry": SUBMIT,
    "jobs.erase": ERASE,
    "reruns.rerun": SUBMIT,
    "reruns.compare": READ,
    "drafts.append_to_draft": SUBMIT,
    "drafts.list_accepted_requests": SUBMIT,
    "drafts.finalize_draft": SUBMIT,
    "events.follow_job": READ,
    "events.follow_jobs": READ,
    "results.list_results": READ,
    "items.show_item": READ,
    "items.show_picture": READ,
    "items.show_thumbnail": READ,
    "items.show_track": READ,
    "items.show_video": READ,
    "report.show_report": READ,
    "audience.show_audience": READ,
    "evaluations.list_evaluations": READ,
    "evaluations.show_evaluation": READ,
    "vocabulary.list_dimensions": READ,
    "vocabulary.list_tags": READ,
    "packs.list_packs": ANY_KEY,
    "limits.show_limits": ANY_KEY,
    "analyze.analyze_picture": LIVE,
    "live.watch_source": LIVE,
    "keys.list_keys": ADMIN,
    "keys.create": ADMIN,
    "keys.revoke": ADMIN,
    "health.show_liveness": OPEN,
    "health.show_readiness": OPEN,
    "metrics.show_metrics": OPERATE,
    "docs.show_document": OPEN,
    "docs.show_page": OPEN,
    "docs.show_asset": OPEN,
    "docs.show_start": OPEN,
    "assets.show_asset": OPEN,
    "login_page.show_page": OPEN,
    "login_page.log_in": OPEN,
    "login_page.log_out": ANY_KEY,
    "home_page.show_page": ANY_KEY,
    "home_page.analyze_picture": LIVE,
    "live_page.show_page": LIVE,
    "jobs_page.show_page": READ,
    "jobs_page.show_card": READ,
    "jobs_page.confirm_erase": ERASE,
    "jobs_page.erase_now": ERASE,
    "jobs_page.run_again": SUBMIT,
    "jobs_page.act": SUBMIT,
    "job_page.show_page": READ,
    "job_page.show_items": READ,
    "job_page.show_failures": READ,
    "item_page.show_page": READ,
    "item_page.show_people": READ,
    "comparison_page.show_page": READ,
    "audience_page.show_page": READ,
    "keys_page.show_page": ADMIN,
    "keys_page.create": ADMIN,
    "keys_page.revoke": ADMIN,
    "system_page.show_page": OPERATE,
}


def check_rights(app: Flask) -> None:
    """Raises ValueError for a route that is not in the table, and for a line without a route."""
    views = app.view_functions.keys()
    if faults := views ^ RIGHTS.keys():
        names = ", ".join(sorted(faults))
        raise ValueError(f"api/rights.py must have a line for each route, and no others: {names}.")


def find_right(endpoint: str | None) -> Right:
    """What the view of a request needs; where there is none, a key, as for what there is."""
    return RIGHTS[endpoint] if endpoint is not None else ANY_KEY
