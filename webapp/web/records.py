"""The records: one record, and recording new ones."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from webapp.actions import creating, looking, secrets
from webapp.domain import wording
from webapp.domain.commands import CreateRecord
from webapp.domain.explaining import UnitState, unit_state
from webapp.domain.lifecycle import Story
from webapp.domain.refusals import (
    InvalidQuery,
    NotAllowed,
    Refusal,
    Unavailable,
)
from webapp.web import access, htmx
from webapp.web.forms import NewRecordForm, read_form

bp = Blueprint("records", __name__)

_MOST_DIGITS = 16  # of a unit's number


@bp.get("/records")
def records() -> Response:
    """Where one looks for the list when one cuts a record's address short."""
    return redirect(url_for("searching.find"), 303)


@bp.get("/records/<record_id>")
def show(record_id: str) -> Response | str:
    """A record: how its units are held, and everything that happened to them."""
    access.reader()
    if record_id != record_id.lower():
        return redirect(url_for("records.show", record_id=record_id.lower()), 303)
    story = looking.record(record_id)
    return render_template("records/record.html", story=story, unit=_looked_up(story))


def _looked_up(story: Story) -> UnitState | None:
    """The state of the unit that the address asks for, if it asks for one."""
    asked = request.args.get("unit")
    if asked is None:
        return None
    if not (asked.isascii() and asked.isdigit() and len(asked) <= _MOST_DIGITS):
        raise InvalidQuery.at("unit", "unit is the number of one unit, in plain digits: unit=119.")
    return unit_state(story, int(asked))


@bp.route("/records/new", methods=["GET", "POST"])
def new() -> Response | str:
    """Record units that were issued."""
    actor = access.operator()
    form = NewRecordForm(request.form)
    if request.method != "POST":
        form.idempotency_key.data = secrets.new_secret()
        return render_template("records/new.html", form=form)
    try:
        command = read_form(form, CreateRecord)
        if "preview" in request.form:
            return _foresee(form, command)
        outcome = creating.create(command, actor, form.once())
    except (NotAllowed, Unavailable):
        raise
    except Refusal as refusal:
        return _refuse(form, refusal)
    record = outcome.story.record
    if outcome.added and not outcome.repeated:
        flash(f"Recorded {wording.units(record.quantity)} of {record.project_name}.")
    else:
        flash("This record was here already; nothing was added.")
    return redirect(url_for("records.show", record_id=record.id), 303)


def _foresee(form: NewRecordForm, command: CreateRecord) -> Response | str:
    """The id that the record will have, and how its serial number is read."""
    existing = creating.preview(command)
    page = "partials/new_record_foreseen.html" if htmx.is_partial() else "records/new.html"
    html = render_template(
        page, form=form, command=command, existing=existing, partial=htmx.is_partial()
    )
    return htmx.part(html, into="#foreseen") if htmx.is_partial() else html


def _refuse(form: NewRecordForm, refusal: Refusal) -> Response:
    if htmx.is_partial():  # somebody is still typing: no alarm, and no focus moved
        page = "partials/new_record_foreseen.html"
        html = render_template(
            page,
            form=form,
            not_yet=form.hint(refusal, reached_only=True),
            other=refusal.record_id,
            partial=True,
        )
        return htmx.part(html, into="#foreseen")
    elsewhere = form.show(refusal)
    html = render_template(
        "records/new.html", form=form, elsewhere=elsewhere, other=refusal.record_id
    )
    return htmx.part(html, 422)
