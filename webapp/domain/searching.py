"""What can be looked for: the parameters of a search and of the feed, the only place they stand.

The JSON door and the pages read the same parameters out of the address.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from webapp.domain.commands import Day
from webapp.domain.refusals import FieldError, InvalidQuery
from webapp.domain.text import normalise

MOST_ITEMS = 200
COUNTED_UP_TO = 1000  # hits; more are told as "more than 1,000"
_LONGEST = 300

Q = TypeVar("Q", "Search", "EventSearch", "Export")
EventTypeName = Literal["created", "sold", "returned", "retired", "cancelled"]
StatusName = Literal["active", "sold", "retired", "cancelled"]
SortName = Literal["created", "vintage", "quantity", "project", "last_event"]
OrderName = Literal["asc", "desc"]
FormatName = Literal["csv", "jsonl", "xlsx"]


def _searched(text: str) -> str:
    line = normalise(text)
    if len(line) > _LONGEST:
        raise PydanticCustomError(
            "too_long",
            "has {length} characters; {limit} are searched for at most.",
            {"length": len(line), "limit": _LONGEST},
        )
    return line


def _whole_number(low: int, high: int, noun: str) -> BeforeValidator:
    """Text of plain digits as a number within limits."""

    def read(value: object) -> object:
        digits = str(value)
        plain = digits.isascii() and digits.isdigit() and len(digits) <= len(str(high))
        if not plain or not low <= int(digits) <= high:
            raise PydanticCustomError("number", f"must be {noun} from {low} to {high}.")
        return int(digits)

    return BeforeValidator(read)


Text = Annotated[str, AfterValidator(_searched)]
Year = Annotated[int, _whole_number(1900, 2100, "a year"), Field(ge=1900, le=2100)]
Limit = Annotated[int, _whole_number(1, MOST_ITEMS, "a whole number"), Field(ge=1, le=MOST_ITEMS)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class _Parameters(_Strict):
    limit: Limit = 50
    cursor: str | None = None

    @property
    def chosen(self) -> dict[str, Any]:
        """What was asked for, but for where the page begins and how long it is."""
        given = self.model_dump(mode="json", exclude={"limit", "cursor"}, exclude_defaults=True)
        return {name: value for name, value in given.items() if value not in (None, "")}


class _Filters(_Strict):
    q: Text = ""
    registry: Text | None = None
    vintage: Year | None = None
    vintage_from: Year | None = None
    vintage_to: Year | None = None
    status: StatusName | None = None
    serial: Text | None = None
    event: EventTypeName | None = None
    event_from: Day | None = None
    event_to: Day | None = None

    @property
    def vintages(self) -> tuple[int | None, int | None]:
        """The first and the last vintage looked for; of several limits the narrowest."""
        lows = [one for one in (self.vintage, self.vintage_from) if one is not None]
        highs = [one for one in (self.vintage, self.vintage_to) if one is not None]
        return (max(lows, default=None), min(highs, default=None))

    @property
    def by_event(self) -> bool:
        """Whether only records with certain events are looked for."""
        return bool(self.event or self.event_from or self.event_to)

    @property
    def filtered(self) -> bool:
        """Whether anything is asked for, rather than all records."""
        return any(getattr(self, name) not in (None, "") for name in _Filters.model_fields)


# The bases' fields come in reverse: a page's before the filters'.
class Search(_Filters, _Parameters):
    """Records to look for. Dates are the days that events count for; both ends are included."""

    sort: SortName = "created"
    order: OrderName | None = None

    @property
    def descending(self) -> bool:
        """Whether the largest comes first: names begin at a, everything else with the newest."""
        return (self.order or ("asc" if self.sort == "project" else "desc")) == "desc"


class Export(_Filters):
    """Records to take along as a file: all that a search finds, in the order they were made."""

    format: FormatName = "csv"

    @property
    def search(self) -> Search:
        """The search that finds them."""
        return Search(order="asc", **self.model_dump(exclude={"format"}))


class EventSearch(_Parameters):
    """Events to look for, newest day first. Dates are the days that they count for."""

    type: EventTypeName | None = None
    party: Text | None = None
    registry: Text | None = None
    vintage: Year | None = None
    date_from: Day | None = None
    date_to: Day | None = None


_SENTENCES = {
    "literal_error": "must be one of {expected}.",
    "date_type": "must be a day, written like 2026-05-03.",
}
_ORDERS = (("vintage_from", "vintage_to"), ("event_from", "event_to"), ("date_from", "date_to"))


def read_query(model: type[Q], given: Mapping[str, list[str]], of_page: bool = False) -> Q:
    """The search that an address asks for.

    Raises InvalidQuery, naming each parameter that is unknown, given twice or malformed. Pages
    ignore unknown ones, since mail and chat programs add theirs to a shared link, and those left
    empty, which forms send.
    """
    values: dict[str, str] = {}
    errors: list[FieldError] = []
    for name, texts in given.items():
        if name not in model.model_fields:
            if not of_page:
                errors.append(FieldError(name, _unknown(name, model)))
        elif len(texts) > 1:
            errors.append(FieldError(name, f"{name} is given twice."))
        elif texts[0].strip() or not of_page:
            values[name] = texts[0]
    try:
        found = model.model_validate(values) if not errors else None
    except ValidationError as error:
        errors = [_translated(one) for one in error.errors(include_url=False)]
        found = None
    if found is None:
        raise InvalidQuery(" ".join(one.message for one in errors), errors)
    _refuse_backwards(found)
    return found


def _unknown(name: str, model: type[BaseModel]) -> str:
    known = list(model.model_fields)
    return f"There is no parameter {name[:40]} here; there are {', '.join(known[:-1])} and {known[-1]}."


def _translated(one: Any) -> FieldError:
    name = str(one["loc"][0])
    if one["type"] == "value_error":
        return FieldError(name, f"{name}: {one['ctx']['error']}")
    template = _SENTENCES.get(one["type"])
    told = template.format(**one.get("ctx", {})) if template else str(one["msg"])
    if template is None and told[:1].isupper():
        return FieldError(name, f"{name}: {told}")
    return FieldError(name, f"{name} {told}")


def _refuse_backwards(search: BaseModel) -> None:
    for first, last in _ORDERS:
        low: int | date | None = getattr(search, first, None)
        high: Any = getattr(search, last, None)
        if low is not None and high is not None and low > high:
            raise InvalidQuery.at(first, f"{first} is after {last}; swap them.")
