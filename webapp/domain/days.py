"""Days that people give: they count from the beginning of the day in UTC."""

from datetime import date

from webapp.domain import wording
from webapp.domain.refusals import FieldError, InvalidFields


def refuse_future(field: str, day: date | None, today: date) -> None:
    """Refuses (InvalidFields) a day after today, the day in UTC."""
    if day is not None and day > today:
        now = f"today is {wording.day(today)} (UTC)"
        raise InvalidFields([FieldError(field, f"{wording.day(day)} lies in the future; {now}.")])
