"""Adding up the whole registry: issued, available, sold, retired and cancelled, seen from each side."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from webapp.store import database, sums
from webapp.store.sums import Sums

__all__ = ["Beneficiary", "Monthly", "Part", "ProjectPart", "RegistryTotals", "Sums", "totals"]

_MOST_LISTED = 20  # projects, and beneficiaries
_NOTHING = Sums(0, 0, 0, 0, 0, 0)

K = TypeVar("K", str, int)


@dataclass(frozen=True)
class Part(Generic[K]):
    """The sums of one registry or one vintage."""

    key: K
    sums: Sums


@dataclass(frozen=True)
class ProjectPart:
    """The sums of one project of a registry."""

    registry: str
    name: str
    sums: Sums


@dataclass(frozen=True)
class Beneficiary:
    """On whose behalf units (tonnes) were retired."""

    name: str
    units: int


@dataclass(frozen=True)
class Monthly:
    """The units (tonnes) whose retirement counts for a month, told by its first day."""

    month: date
    units: int


@dataclass(frozen=True)
class RegistryTotals:
    """The registry in sums, all of one moment. Months without retirements are left out."""

    whole: Sums
    by_registry: tuple[Part[str], ...]  # the largest first
    by_vintage: tuple[Part[int], ...]  # the oldest first
    projects: tuple[ProjectPart, ...]  # the largest, by units issued
    beneficiaries: tuple[Beneficiary, ...]  # the largest
    retired_by_month: tuple[Monthly, ...]

    @property
    def together(self) -> int:
        """Available, sold, retired and cancelled: what must be as many as were issued."""
        whole = self.whole
        return whole.available + whole.sold + whole.retired + whole.cancelled

    @property
    def retired_in_events(self) -> int:
        """What the months' retirements come to: counted event by event, it must be as many too."""
        return sum(one.units for one in self.retired_by_month)

    @property
    def adds_up(self) -> bool:
        """Whether the equation holds, for the whole and for each part of it."""
        parts = [self.whole]
        parts += [registry.sums for registry in self.by_registry]
        parts += [vintage.sums for vintage in self.by_vintage]
        parts += [project.sums for project in self.projects]
        as_events_say = self.retired_in_events == self.whole.retired
        return as_events_say and all(part.adds_up for part in parts)


def totals() -> RegistryTotals:
    """The sums of the whole registry and of its parts. Raises Unavailable."""
    kept = database.read(sums.totals, _MOST_LISTED)
    groups = kept.by_group.items()
    registries = _added_up((registry, part) for (registry, _, _), part in groups)
    vintages = _added_up((vintage, part) for (_, vintage, _), part in groups)
    by_size = sorted(registries.items(), key=lambda one: (-one[1].issued, one[0]))
    return RegistryTotals(
        whole=sum(kept.by_group.values(), _NOTHING),
        by_registry=tuple(Part(key, part) for key, part in by_size),
        by_vintage=tuple(Part(key, part) for key, part in sorted(vintages.items())),
        projects=tuple(ProjectPart(*one) for one in kept.top_projects),
        beneficiaries=tuple(Beneficiary(*one) for one in kept.top_beneficiaries),
        retired_by_month=tuple(Monthly(*one) for one in kept.retired_by_month),
    )


def _added_up(parts: Iterable[tuple[K, Sums]]) -> dict[K, Sums]:
    found: dict[K, Sums] = defaultdict(lambda: _NOTHING)
    for key, part in parts:
        found[key] += part
    return found
