"""The pages' forms: labels and widgets. The rules are the commands'; this only carries text to them."""

import re
from typing import Any, ClassVar, TypeVar

from flask import request
from markupsafe import Markup
from wtforms import Field, Form, HiddenField, SelectField, StringField, TextAreaField

from webapp.actions import secrets
from webapp.actions.outcome import Once
from webapp.domain.commands import Command
from webapp.domain.reading import read_values
from webapp.domain.refusals import FieldError, InvalidFields, KeyReused, Refusal

C = TypeVar("C", bound=Command)

_NUMBER = r"[0-9]{1,3}(?:\s[0-9]{3})+|[0-9]+"  # white space parts thousands, whichever kind it is
_BLOCK = re.compile(rf"({_NUMBER})(?:\s*[-–]\s*({_NUMBER}))?")
_COMMAS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")  # never "1,5", which somebody means as 1.5
_SENT_BEFORE = (
    "This form was sent before with other entries, and that was done: the record's life story shows "
    "it. Press again only if this is to be done as well."
)
_QUANTITY_HINT = "The lowest free numbers are taken first."
_BLOCKS_HINT = "Write blocks like 1-40, 60-70; a single unit like 7."


def _number_or_text(typed: str) -> object:
    text = typed.strip()
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        return text
    sign, digits = text[: len(text) - len(digits)], digits.lstrip("0") or "0"
    # Python reads long numbers slowly; cut to 20 digits it is still too large for any field.
    return int(sign + digits[:20])


class WholeNumberField(StringField):
    """A whole number, typed in plain digits."""

    def json_value(self) -> object:
        """The number, or the text as it is where it is none, for the command to refuse."""
        return _number_or_text(self.data)


class QuantityField(WholeNumberField):
    """How many units; thousands may be parted as people write them: 1 000 or 1,000."""

    def json_value(self) -> object:
        """The number, or the text as it is where it is none."""
        typed = self.data.strip()
        if _COMMAS.fullmatch(typed):
            typed = typed.replace(",", "")
        return _number_or_text(_closed_up(typed))


def _closed_up(typed: str) -> str:
    """A number without the white space between its thousands; anything else as it is."""
    return "".join(typed.split()) if re.fullmatch(_NUMBER, typed) else typed


class SaleField(SelectField):
    """One of a record's sales, or none."""

    def json_value(self) -> object:
        """The sale's seq."""
        return _number_or_text(str(self.data))

    def pre_validate(self, form: Any) -> None:
        """Leaves it to the action whether there is such a sale."""


class BlocksField(StringField):
    """Blocks of units, typed as "1-40, 60-70"."""

    def json_value(self) -> object:
        """The blocks as JSON has them. Raises ValueError, with a sentence."""
        blocks = []
        for part in self.data.replace(";", ",").split(","):
            match = _BLOCK.fullmatch(part.strip())
            if match is None:
                raise ValueError(f'"{part.strip()[:40]}" is not a block. {_BLOCKS_HINT}')
            first, last = _closed_up(match[1]), _closed_up(match[2] or match[1])
            blocks.append({"first": _number_or_text(first), "last": _number_or_text(last)})
        return blocks


class DayField(StringField):
    """A day, chosen in the browser's calendar or typed like 2026-05-03."""


class CommandForm(Form):
    """A form that becomes a command. Its fields bear the JSON names."""

    sent_before: ClassVar[str] = _SENT_BEFORE
    idempotency_key = HiddenField()
    # The promise of the preview that the page shows.
    foreseen = HiddenField()

    def once(self) -> Once:
        """The key under which this form acts once, however often it is sent."""
        key = self.idempotency_key.data or secrets.new_secret()
        return Once(key, request.method, request.path)

    @property
    def in_error(self) -> list[Field]:
        """The fields with a message, in the form's order."""
        return [field for field in self if field.errors]

    def show(self, refusal: Refusal) -> list[str]:
        """Puts each message at its field; gives what no field here can show."""
        told, elsewhere = [], []
        for error in refusal.errors:
            name = error.field.split(".")[0]
            told.append(error.message)
            if name in self:
                self[name].errors = [*self[name].errors, error.message]
            else:
                elsewhere.append(error.message)
        for field in self.in_error:
            field.takes_focus = field is self.in_error[0]
        if isinstance(refusal, KeyReused):
            # Whoever presses again after reading this means it.
            self.idempotency_key.data = secrets.new_secret()
            return [self.sent_before]
        if not isinstance(refusal, InvalidFields) and refusal.detail not in told:
            elsewhere.insert(0, refusal.detail)
        return elsewhere

    def _is_reached(self, error: FieldError) -> bool:
        name = error.field.split(".")[0]
        return name in self and bool(self[name].data)

    def hint(self, refusal: Refusal, reached_only: bool = False) -> str:
        """What keeps the form from being carried out, while somebody still fills it in.

        With reached_only it is silent about fields that are still empty.
        """
        told = [] if isinstance(refusal, InvalidFields) else [refusal.detail]
        errors = [one for one in refusal.errors if not reached_only or self._is_reached(one)]
        for error in errors[:1]:
            name = error.field.split(".")[0]
            label = self[name].label.text.removesuffix(" (optional)") if name in self else ""
            if error.message not in told:
                told.append(f"{label}: {error.message}" if label else error.message)
        return " ".join(told)


class NewRecordForm(CommandForm):
    """Records units that were issued."""

    project_name = StringField("Project name")
    registry = StringField("Registry", description="The registry's code: VCS, GS, ACR, CAR, ART.")
    project_id = StringField("Project id (optional)", description="As the registry names it.")
    serial_number = StringField("Serial number", description="As the registry issued it.")
    vintage = WholeNumberField("Vintage", description="The year the reductions were made.")
    quantity = QuantityField("Quantity", description="Tonnes of CO2e; one unit is one tonne.")
    issued_on = DayField("Issued on (optional)")


class _UnitsForm(CommandForm):
    quantity = QuantityField("How many units", description=_QUANTITY_HINT)
    blocks = BlocksField("Or exactly which units", description=_BLOCKS_HINT)


class _Closing:
    note = TextAreaField("Note (optional)", description="Public for good.")
    effective_on = DayField(
        "Counts for the day (optional)",
        description="Today (UTC) if left empty; never in the future.",
    )


class RetireForm(_UnitsForm):
    """Retires units for good."""

    sale = SaleField("Take them from")
    beneficiary = StringField(
        "On whose behalf (optional)",
        description="Who claims these tonnes; public for good. A sale's units go to its buyer if empty.",
    )
    reason = StringField("Reason (optional)", description="Public for good.")
    note = _Closing.note
    effective_on = _Closing.effective_on


class SellForm(_UnitsForm):
    """Sells available units."""

    buyer = StringField("Buyer", description="Public for good.")
    note = _Closing.note
    effective_on = _Closing.effective_on


class ReturnForm(_UnitsForm):
    """Undoes a sale, wholly or in part."""

    sale = SaleField("Which sale")
    reason = StringField("Reason", description="Why the sale is undone; public for good.")
    note = _Closing.note
    effective_on = _Closing.effective_on


class CancelForm(_UnitsForm):
    """Takes available units out of the market for good."""

    reason = StringField("Reason", description="Why they are cancelled; public for good.")
    beneficiary = StringField("On whose behalf (optional)", description="Public for good.")
    note = _Closing.note
    effective_on = _Closing.effective_on


def widget(field: Field, kind: str, required: bool, autocomplete: str) -> Markup:
    """The field's input, tied to its hint and its messages for every kind of reader."""
    attributes: dict[str, object] = {
        "autocomplete": autocomplete,
        "required": required,
        "autofocus": getattr(field, "takes_focus", bool(field.errors)),
    }
    described = [f"{field.id}-hint"] if field.description else []
    described += [f"{field.id}-fault{place}" for place, _ in enumerate(field.errors, start=1)]
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if field.errors:
        attributes["aria-invalid"] = "true"
    if isinstance(field, StringField) and not isinstance(field, TextAreaField):
        attributes["type"] = kind
    if isinstance(field, WholeNumberField):
        attributes["inputmode"] = "numeric"
    html: Markup = field(**attributes)
    return html


def read_form(form: CommandForm, model: type[C]) -> C:
    """The command that a filled form stands for; empty fields are left out.

    Raises InvalidFields with every message that the command has.
    """
    values: dict[str, object] = {}
    errors: list[FieldError] = []
    for name in model.model_fields:
        field = form[name] if name in form else None  # noqa: SIM401 (a form has no get)
        if field is None or not str(field.data or "").strip():
            continue
        try:
            values[name] = field.json_value() if hasattr(field, "json_value") else field.data
        except ValueError as error:
            errors.append(FieldError(name, str(error)))
    return read_values(model, values, errors)
