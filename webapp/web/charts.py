"""The pictures of the totals page: what each shows, and its words for who cannot see it."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date

from webapp.actions.totals import Beneficiary, Monthly, Part, ProjectPart
from webapp.domain import wording
from webapp.web import drawing
from webapp.web.drawing import Chart

_MOST_LABELS = 7  # along the foot
_MOST_VINTAGES, _FEWEST_VINTAGES = 40, 10
_MOST_MONTHS, _FEWEST_MONTHS = 60, 12
_FIRST_MONTH = 12  # January of the year 1, as _number counts
_RANKED = 10


def of_vintages(parts: Sequence[Part[int]]) -> Chart | None:
    """Issued units by vintage, the retired ones filled; None when nothing was issued."""
    if not parts:
        return None
    sums = {one.key: one.sums for one in parts}
    last = max(sums)
    first = max(min(*sums, last - _FEWEST_VINTAGES + 1), last - _MOST_VINTAGES + 1)
    years = range(first, last + 1)
    issued = [sums[year].issued if year in sums else 0 for year in years]
    retired = [sums[year].retired if year in sums else 0 for year in years]
    titles = [
        f"{year}: {tonnes(whole)} issued, {tonnes(ended)} retired"
        for year, whole, ended in zip(years, issued, retired, strict=True)
    ]
    largest = max(zip(issued, years, strict=True))
    words = (
        f"Units issued and retired by vintage, {first} to {last}: {tonnes(sum(issued))} issued, "
        f"{tonnes(sum(retired))} of them retired; most were issued of vintage {largest[1]}, "
        f"{tonnes(largest[0])}."
    )
    every = -(-len(years) // _MOST_LABELS)
    every = next(step for step in (1, 2, 5, 10) if step >= every)
    majors = [str(year) for year in years if year % every == 0]
    left = [max(0, whole - ended) for whole, ended in zip(issued, retired, strict=True)]
    series = [("retired", retired), ("available", left)]
    return drawing.columns([str(year) for year in years], majors, titles, series, words)


def of_months(months: Sequence[Monthly]) -> Chart | None:
    """Retired units by month, up to the latest with a retirement; None when there is none."""
    if not months:
        return None
    units = {_number(one.month): one.units for one in months}
    last = max(units)
    first = max(min(*units, last - _FEWEST_MONTHS + 1), last - _MOST_MONTHS + 1, _FIRST_MONTH)
    numbers = range(first, last + 1)
    values = [units.get(number, 0) for number in numbers]
    names = [month_name(*_month(number)) for number in numbers]
    titles = [f"{name}: {tonnes(value)} retired" for name, value in zip(names, values, strict=True)]
    largest = max(values)
    words = (
        f"Units retired by month, {names[0]} to {names[-1]}: {tonnes(sum(values))} in all, most in "
        f"{names[values.index(largest)]}, {tonnes(largest)}."
    )
    every = 12 if len(numbers) > 24 else 6 if len(numbers) > 12 else 3
    labels = [f"{year}-{month:02}" for year, month in map(_month, numbers)]
    majors = [label for label in labels if (int(label[-2:]) - 1) % every == 0]
    return drawing.columns(labels, majors, titles, [("retired", values)], words)


def of_projects(parts: Sequence[ProjectPart]) -> Chart | None:
    """The largest projects by issued units, the retired ones filled; None when there are none."""
    shown = parts[:_RANKED]
    titles = [
        f"{one.name}: {tonnes(one.sums.issued)} issued, {tonnes(one.sums.retired)} retired"
        for one in shown
    ]
    words = f"The largest projects by units issued: {'; '.join(titles)}."
    series = [
        ("retired", [one.sums.retired for one in shown]),
        ("available", [max(0, one.sums.issued - one.sums.retired) for one in shown]),
    ]
    return drawing.rows([one.name for one in shown], titles, series, words)


def of_beneficiaries(parts: Sequence[Beneficiary]) -> Chart | None:
    """For whom most units were retired; None when nobody is named."""
    shown = parts[:_RANKED]
    titles = [f"{one.name}: {tonnes(one.units)} retired" for one in shown]
    words = f"On whose behalf most units were retired: {'; '.join(titles)}."
    series = [("retired", [one.units for one in shown])]
    return drawing.rows([one.name for one in shown], titles, series, words)


def tonnes(units: int) -> str:
    """3150 as "3 150 tonnes"."""
    return f"{wording.number(units)} tonne{'' if units == 1 else 's'}"


def month_name(year: int, month: int) -> str:
    """A month as "May 2026"."""
    return wording.day(date(year, month, 1)).removeprefix("1 ")


def month_end(first: date) -> date:
    """The last day of the month that begins on this day."""
    return first.replace(day=monthrange(first.year, first.month)[1])


def _number(month: date) -> int:
    return month.year * 12 + month.month - 1


def _month(number: int) -> tuple[int, int]:
    return number // 12, number % 12 + 1
