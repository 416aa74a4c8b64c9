"""Exports of the registries that hold no serial numbers, known by their columns and refused by name."""

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.exchange.shapes.shape import normal


@dataclass(frozen=True)
class Unfit:
    """A layout whose rows cannot become records, the columns that give it away, and why."""

    family: str
    columns: tuple[str, ...]
    sentence: str


def _issuances(registry: str) -> str:
    return (
        f"These are issuances of {registry}, which carry no serial numbers: they cannot become "
        "records. Import its retirements and cancellations; each row brings its own block."
    )


def _projects(registry: str, instead: str) -> str:
    return f"This is a list of {registry} projects, without any units. Import instead {instead}."


_ENDED = "the registry's retirements and cancellations, where each row brings its own block"
_ACR, _CAR, _ART = "the American Carbon Registry", "the Climate Action Reserve", "ART TREES"

UNFIT = (
    Unfit("acr", ("Date Issued (GMT)", "Project ID", "Total Credits Issued"), _issuances(_ACR)),
    Unfit("car", ("Date Issued", "Project ID", "Total Offset Credits Issued"), _issuances(_CAR)),
    Unfit("art", ("Date Approved", "Program ID", "Credits Verified"), _issuances(_ART)),
    Unfit(
        "verra", ("ID", "Name", "Proponent"), _projects("Verra", "the registry's export of VCUs")
    ),
    Unfit(
        "gold-standard",
        ("GSID", "Project Name", "Project Developer Name", "Status"),
        _projects("Gold Standard", "the registry's issuances, and then its retirements"),
    ),
    Unfit(
        "acr",
        ("Project ID", "Project Name", "Voluntary Status", "Total Number of Credits Registered"),
        _projects("American Carbon Registry", _ENDED),
    ),
    Unfit(
        "car",
        ("Project ID", "Project Name", "Status", "Total Number of Offset Credits Registered"),
        _projects("Climate Action Reserve", _ENDED),
    ),
    Unfit(
        "art",
        ("Program ID", "Program Name", "Sovereign Program Developer", "Status"),
        _projects("ART TREES", _ENDED),
    ),
)


def reason(header: Sequence[str], family: str | None) -> str | None:
    """Why a file with this header cannot be imported; None if it is none of these."""
    names = {normal(name) for name in header}
    for one in UNFIT:
        if family in (None, one.family) and names.issuperset(map(normal, one.columns)):
            return one.sentence
    return None
