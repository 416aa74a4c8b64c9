"""The totals page: whether the registry's sums agree, in numbers and in pictures."""

from flask import Blueprint, render_template

from webapp.actions import totals
from webapp.web import access, charts

bp = Blueprint("totals", __name__)


@bp.get("/totals")
def page() -> str:
    """The sums of the whole registry."""
    access.reader()
    found = totals.totals()
    return render_template(
        "totals/page.html",
        totals=found,
        by_vintage=charts.of_vintages(found.by_vintage),
        by_month=charts.of_months(found.retired_by_month),
        by_project=charts.of_projects(found.projects),
        by_beneficiary=charts.of_beneficiaries(found.beneficiaries),
        month_name=charts.month_name,
        month_end=charts.month_end,
    )
