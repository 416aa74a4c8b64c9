"""The JSON door: the sums of the whole registry."""

from typing import Any

from flask import Response

from webapp.actions import totals as adding_up
from webapp.actions.totals import Sums
from webapp.api import access, schemas
from webapp.api.answering import json_answer
from webapp.api.openapi import describes
from webapp.api.records import bp


@bp.get("/totals")
@describes(None, {200: schemas.Totals})
def totals() -> Response:
    """Add up the registry: issued = available + sold + retired + cancelled, whole and in parts."""
    access.reader()
    found = adding_up.totals()
    body = {
        **_sums(found.whole),
        "adds_up": found.adds_up,
        "by_registry": [{"registry": one.key, **_sums(one.sums)} for one in found.by_registry],
        "by_vintage": [{"vintage": one.key, **_sums(one.sums)} for one in found.by_vintage],
        "projects": [
            {"project_name": one.name, "registry": one.registry, **_sums(one.sums)}
            for one in found.projects
        ],
        "beneficiaries": [
            {"beneficiary": one.name, "retired": one.units} for one in found.beneficiaries
        ],
        "retired_by_month": [
            {"month": one.month.isoformat()[:7], "units": one.units}
            for one in found.retired_by_month
        ],
    }
    return json_answer(body)


def _sums(sums: Sums) -> dict[str, Any]:
    return {
        "records": sums.records,
        "issued": sums.issued,
        "available": sums.available,
        "sold": sums.sold,
        "retired": sums.retired,
        "cancelled": sums.cancelled,
    }
