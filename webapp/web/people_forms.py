"""The forms about people: accounts, tokens, passwords. The rules are the actions'."""

from typing import ClassVar, Self

from wtforms import BooleanField, PasswordField, SelectField, StringField
from wtforms.fields import SelectChoice

from webapp.actions import secrets
from webapp.actions.shown_once import Asking
from webapp.domain.actors import Actor
from webapp.domain.refusals import FieldError, InvalidFields
from webapp.web.forms import CommandForm

_ROLES = [
    SelectChoice("viewer", "viewer: only looks"),
    SelectChoice("operator", "operator: also acts on units"),
    SelectChoice("admin", "admin: also gives access"),
]


class PeopleForm(CommandForm):
    """A form whose answer may be shown once; its key makes it act once, however often it is sent."""

    sent_before: ClassVar[str] = (
        "This form was sent before with other entries, and that was done: the table shows it. "
        "Press again only if this is to be done as well."
    )

    def asking(self, actor: Actor) -> Asking:
        """Who sends this form, for an action whose answer is shown once."""
        return Asking(actor, self.once())

    @classmethod
    def fresh(cls, **values: object) -> Self:
        """The form as it is opened: with a key that no form had before."""
        form = cls(**values)
        form.idempotency_key.data = secrets.new_secret()
        return form


class NewAccountForm(PeopleForm):
    """A new account, which begins with a one-time password."""

    email = StringField("Email", description="They sign in with it. It is never public.")
    name = StringField(
        "Public name", description="Stands on all that they record, like Registry desk."
    )
    role = SelectField("Role", choices=_ROLES)


class AccountForm(PeopleForm):
    """What can be changed of an account."""

    name = StringField(
        "Public name", description="What was recorded so far keeps the name that it has."
    )
    role = SelectField("Role", choices=_ROLES, description="Counts from their next request on.")


class ResetForm(PeopleForm):
    """Asks for a one-time password: nothing but the form's key."""


class DisableForm(PeopleForm):
    """Closes an account; one's own only with a tick."""

    own = BooleanField("Yes, close my own account and sign me out")


class NewTokenForm(PeopleForm):
    """A new token for a script."""

    name = StringField("Name", description="Stands on all that the script records; public.")
    role = SelectField("Role", choices=_ROLES)


class PasswordForm(PeopleForm):
    """A new password for oneself, typed twice."""

    current = PasswordField("Present password")
    password = PasswordField(
        "New password", description=f"{secrets.SHORTEST_PASSWORD} characters or more."
    )
    again = PasswordField("New password again")

    def new_password(self) -> str:
        """The new password. Raises InvalidFields when it was typed in two ways."""
        if self.password.data != self.again.data:
            message = "This is not the new password above. Type the same in both."
            raise InvalidFields([FieldError("again", message)])
        return self.password.data or ""
