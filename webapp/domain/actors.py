"""Who acts, and what their role lets them do."""

from dataclasses import dataclass

from webapp.domain.refusals import NotAllowed

ROLES = ("viewer", "operator", "admin")  # each may do what those before it may


@dataclass(frozen=True)
class Actor:
    """A staff account or an API token. `name` is public, `id` ("staff:3", "token:7") is not."""

    id: str
    name: str
    role: str

    def may(self, role: str) -> bool:
        """Whether this actor's role includes the given one."""
        return ROLES.index(self.role) >= ROLES.index(role)

    def must_be(self, role: str) -> None:
        """Raises NotAllowed unless the actor's role includes the given one."""
        if not self.may(role):
            raise NotAllowed(
                f"{self.name} has the role {self.role}, which may look but not change anything. "
                f"Ask an administrator for the role {role}."
                if self.role == "viewer"
                else f"{self.name} has the role {self.role}; this needs the role {role}."
            )
