"""How events, holdings and times are told on pages."""

from datetime import UTC, datetime

from flask import Flask

from webapp.actions.totals import Sums
from webapp.domain import wording
from webapp.domain.lifecycle import EVENT_TYPES, Draft, Event, EventType, Holdings

_HELD = ("available", "sold", "retired", "cancelled")


def init_app(app: Flask) -> None:
    """Gives the templates their words."""
    app.add_template_filter(wording.number, "number")
    app.add_template_filter(wording.units, "units")
    app.add_template_filter(wording.be, "be")
    app.add_template_filter(wording.day, "day")
    app.add_template_filter(wording.serials, "serials")
    app.add_template_filter(moment)
    app.add_template_filter(sentence)
    app.add_template_filter(promise)
    app.add_template_filter(in_words)
    app.add_template_filter(bar)


def moment(time: datetime) -> str:
    """A time as "3 May 2026, 14:02 UTC"."""
    utc = time.astimezone(UTC)
    return f"{wording.day(utc.date())}, {utc:%H:%M} UTC"


def sentence(event: Event) -> str:
    """What happened: "Retired 40 units, 1 to 40, for Acme Ltd"."""
    return _told(event.type.label, event.type, event)


def promise(draft: Draft) -> str:
    """What an action will do: "Retires 40 units, 1 to 40, for Acme Ltd"."""
    kind = EVENT_TYPES[draft.event_type]
    return _told(f"{kind.verb.capitalize()}s", kind, draft)


def _told(verb: str, kind: EventType, event: Event | Draft) -> str:
    numbers = wording.spans(event.units)
    told = f"{verb} {wording.units(event.units.quantity)}, "
    told += numbers if event.units.quantity > 1 else f"number {numbers}"
    if event.party:
        told += f", {kind.toward} {event.party}"
    return told


def in_words(holdings: Holdings | Sums) -> str:
    """The sums as "50 available, 60 sold": those that are not zero."""
    parts = [
        f"{wording.number(getattr(holdings, name))} {name}"
        for name in _HELD
        if getattr(holdings, name)
    ]
    return wording.listing(parts)


def bar(holdings: Holdings | Sums) -> list[tuple[str, float, float]]:
    """The sums to scale: (name, start, width) in percent, those that are not zero.

    The narrowest is drawn at least one percent wide, so that nothing that exists is invisible.
    """
    shown = [(name, getattr(holdings, name)) for name in _HELD if getattr(holdings, name)]
    whole = sum(quantity for _, quantity in shown)
    widths = [max(1.0, 100 * quantity / whole) for _, quantity in shown]
    scale = 100 / sum(widths)
    parts, start = [], 0.0
    for (name, _), width in zip(shown, widths, strict=True):
        parts.append((name, round(start, 3), round(width * scale, 3)))
        start += width * scale
    return parts
