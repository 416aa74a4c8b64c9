"""The picture of the ledger page: how the log grew."""

from datetime import datetime

from webapp.actions.sealing import Growth
from webapp.domain import wording
from webapp.web import drawing
from webapp.web.drawing import Chart

_MOST_LABELS = {"hour": 6, "day": 5, "month": 7}  # along the foot


def picture(growth: Growth) -> Chart:
    """How many leaves the log had at the end of each hour, day or month."""
    names = [period(growth, begin) for begin in growth.begins]
    titles = [
        f"{name}: {wording.number(size)}" for name, size in zip(names, growth.sizes, strict=True)
    ]
    words = (
        f"Leaves in the log at the end of each {growth.step}: {titles[0]}"
        f"{f'; {titles[-1]}' if len(titles) > 1 else ''}."
    )
    labels = [_label(growth, begin) for begin in growth.begins]
    every = -(-len(labels) // _MOST_LABELS[growth.step])
    majors = labels[::-1][::every]
    return drawing.columns(labels, majors, titles, [("retired", growth.sizes)], words, unit="")


def period(growth: Growth, begin: datetime) -> str:
    """An hour, a day or a month in words."""
    day = wording.day(begin.date())
    if growth.step == "hour":
        return f"{day}, {begin:%H}:00 to {begin:%H}:59 UTC"
    return day if growth.step == "day" else day.removeprefix("1 ")


def _label(growth: Growth, begin: datetime) -> str:
    """The same as an axis has room for it; each is another, since pygal goes by them."""
    if growth.step == "hour":
        return f"{begin:%H}:00"
    return f"{begin:%m-%d}" if growth.step == "day" else f"{begin:%Y-%m}"
