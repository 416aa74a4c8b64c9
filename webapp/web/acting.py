"""Retiring, selling, returning and cancelling: forms that open on the record's page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from webapp.actions import looking, secrets, taking
from webapp.actions.outcome import Once, Outcome
from webapp.domain import wording
from webapp.domain.actors import Actor
from webapp.domain.commands import Cancel, Retire, Return, Sell, TakeUnits
from webapp.domain.lifecycle import EVENT_TYPES, Story, units_left
from webapp.domain.refusals import (
    FieldError,
    InvalidFields,
    NotAllowed,
    NotAsForeseen,
    RecordNotFound,
    Refusal,
    SignInNeeded,
    Unavailable,
)
from webapp.web import access, htmx
from webapp.web.forms import (
    CancelForm,
    CommandForm,
    RetireForm,
    ReturnForm,
    SellForm,
    read_form,
)
from webapp.web.telling import sentence

bp = Blueprint("acting", __name__)


@dataclass(frozen=True)
class Act:
    """One action as the pages offer it."""

    form: type[CommandForm]
    command: type[TakeUnits]
    carry_out: Callable[[str, Any, Actor, Once | None, str | None], Outcome]
    warning: str = ""
    from_sales: bool = False  # whether it needs a sale

    @property
    def name(self) -> str:
        """What it is called in addresses."""
        return EVENT_TYPES[self.command.event_type].verb

    @property
    def verb(self) -> str:
        """What stands on its button: "Retire 40 units"."""
        return self.name.capitalize()

    def title(self, story: Story) -> str:
        """The page's question."""
        record = story.record
        return f"{self.verb} units of {record.project_name} {record.vintage}"


_FOR_GOOD = "This can never be undone."
ACTS = {
    act.name: act
    for act in (
        Act(RetireForm, Retire, taking.retire, _FOR_GOOD),
        Act(SellForm, Sell, taking.sell),
        Act(ReturnForm, Return, taking.return_sold, from_sales=True),
        Act(CancelForm, Cancel, taking.cancel, _FOR_GOOD),
    )
}
_PATH = "/records/<record_id>/<any(retire, sell, return, cancel):name>"


@bp.get(_PATH)
def ask(record_id: str, name: str) -> Response | str:
    """The form of an action, in its place on the record's page."""
    access.operator()
    act, story = ACTS[name], looking.record(record_id)
    form = act.form()
    form.idempotency_key.data = secrets.new_secret()
    _offer_sales(form, act, story)
    if "all" in request.args:
        _fill_in_all(form, story)
    first = form["sale" if "sale" in form else "quantity"]
    first.takes_focus = True
    if htmx.is_partial():
        html = render_template(
            "partials/action.html", act=act, story=story, form=form, partial=True
        )
        return htmx.part(html)
    return render_template("records/record.html", act=act, story=story, form=form)


@bp.post(_PATH)
def do(record_id: str, name: str) -> AnyResponse | str:
    """Carry the action out, or show what it would do."""
    actor, act = access.operator(), ACTS[name]
    form = act.form(request.form)
    try:
        command = read_form(form, act.command)
        _must_choose(command)
        if "preview" in request.form:
            return _foresee(record_id, act, form, command)
        promise = form.foreseen.data or None
        outcome = act.carry_out(record_id, command, actor, form.once(), promise)
    except NotAsForeseen as refusal:
        return _ask_again(record_id, act, form, command, refusal)
    except (SignInNeeded, NotAllowed, RecordNotFound, Unavailable):
        raise
    except Refusal as refusal:
        return _refuse(record_id, act, form, refusal)
    return _tell(outcome)


def _must_choose(command: TakeUnits) -> None:
    """Only JSON knows "everything that is left"; a clerk says how much."""
    if command.quantity is None and command.blocks is None:
        message = "Choose how many units, or exactly which."
        raise InvalidFields([FieldError("quantity", message)])


def _ask_again(
    record_id: str, act: Act, form: CommandForm, command: TakeUnits, refusal: Refusal
) -> Response:
    """The page promised other units than would be taken now: show those, and wait for a press."""
    try:
        preview = taking.preview(record_id, command)
    except Refusal as newer:
        return _refuse(record_id, act, form, newer)
    _offer_sales(form, act, preview.story)
    page = "partials/record.html" if htmx.is_partial() else "records/record.html"
    html = render_template(
        page,
        act=act,
        story=preview.story,
        form=form,
        preview=preview,
        elsewhere=[refusal.detail],
        partial=htmx.is_partial(),
    )
    return htmx.part(html, 409, into="#record" if htmx.is_partial() else None)


def _offer_sales(form: CommandForm, act: Act, story: Story) -> None:
    if "sale" not in form:
        return
    left = units_left(story.events)
    sales = [
        (
            str(one.seq),
            f"the sale to {one.party}: {wording.units(left[one.seq].quantity)} (event {one.seq})",
            {"data-all": left[one.seq].quantity},
        )
        for one in story.events
        if one.event_type == "sold" and left[one.seq]
    ]
    available = story.holdings.available
    free = ("", f"what is available: {wording.units(available)}", {"data-all": available})
    form["sale"].choices = sales if act.from_sales else [free, *sales]


def _fill_in_all(form: CommandForm, story: Story) -> None:
    """All of them: as many as the first choice has that has any."""
    number = story.holdings.available
    for seq, _, attributes in form["sale"].choices if "sale" in form else ():
        if number := attributes["data-all"]:
            form["sale"].data = seq
            break
    form.quantity.data = str(number)


def _foresee(record_id: str, act: Act, form: CommandForm, command: TakeUnits) -> Response | str:
    preview = taking.preview(record_id, command)
    if htmx.is_partial():
        html = render_template(
            "partials/foreseen.html",
            act=act,
            preview=preview,
            partial=True,
        )
        return htmx.part(html, into="#foreseen")
    _offer_sales(form, act, preview.story)
    return render_template(
        "records/record.html",
        act=act,
        story=preview.story,
        form=form,
        preview=preview,
    )


def _refuse(record_id: str, act: Act, form: CommandForm, refusal: Refusal) -> Response:
    if htmx.is_partial() and "preview" in request.form:
        # Somebody is still typing: no alarm, and the focus stays where it is.
        html = render_template(
            "partials/foreseen.html", act=act, not_yet=form.hint(refusal), partial=True
        )
        return htmx.part(html, into="#foreseen")
    elsewhere = form.show(refusal)
    story = looking.record(record_id)
    _offer_sales(form, act, story)
    # The whole panel: what the form is refused for may have happened since the page was made.
    page = "partials/record.html" if htmx.is_partial() else "records/record.html"
    html = render_template(
        page, act=act, story=story, form=form, elsewhere=elsewhere, partial=htmx.is_partial()
    )
    return htmx.part(html, 422, into="#record" if htmx.is_partial() else None)


def _tell(outcome: Outcome) -> AnyResponse:
    told = ". ".join(sentence(event) for event in outcome.added)
    held = outcome.story.holdings
    left = f"{wording.units(held.available)} {wording.be(held.available)} available."
    if not held.available:
        left = "No units are available now."
    if outcome.repeated:
        message = f"This was done already, and not a second time: {told}."
    else:
        message = f"{told}. {left}"
    record_id = outcome.story.record.id
    done = render_template("partials/done.html", message=message, outcome=outcome)
    message = Markup(done.strip())  # noqa: S704 (Jinja has escaped it)
    if not htmx.is_partial():
        flash(message)
        return redirect(url_for("records.show", record_id=record_id), 303)
    story = looking.record(record_id) if outcome.repeated else outcome.story
    new = {event.seq for event in outcome.added}
    return htmx.part(
        render_template("partials/record.html", story=story, message=message, new=new, partial=True)
    )
