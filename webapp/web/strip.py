"""What the serial strip's component draws: pieces to scale, the words that say the same, and ticks."""

from collections.abc import Sequence

from flask import Flask

from webapp.domain import strip, wording
from webapp.domain.blocks import Blocks
from webapp.domain.lifecycle import Event, Story
from webapp.domain.strip import SMALL, Held, Piece

_FINEST = 1 / 250  # 4 pixels of a wide window, a good one of a phone's
_TOLD = 8  # so many pieces are named in the text alternative; the rest are counted
MOST_STOPS = 12  # strips of more pieces have no key stops: the table under them has the links


def init_app(app: Flask) -> None:
    """Gives the strip's component its functions."""
    app.jinja_env.globals.update(
        strip_held=lambda story: strip.held(story.events),
        strip_pieces=pieces,
        strip_only_pieces=only,
        strip_place=place,
        strip_words=words,
        strip_only_words=only_words,
        strip_title=title,
        strip_most_stops=MOST_STOPS,
    )
    app.add_template_filter(percent)
    app.add_template_filter(standing)


def pieces(story: Story) -> list[Piece]:
    """The record's strip."""
    return strip.pieces(story.record.block, strip.held(story.events), _FINEST)


def only(story: Story, seq: int) -> list[Piece]:
    """The strip of one event alone: its blocks in the state they count as, the rest `rest`."""
    event = story.events[seq - 1]
    rest = Held("rest", Blocks((story.record.block,)) - event.units, story.events[0])
    return strip.pieces(
        story.record.block, [Held(event.type.counts_as, event.units, event), rest], _FINEST
    )


def place(drawn: Sequence[Piece], unit: int) -> float | None:
    """Where a unit's tick stands (a fraction), None for a unit that the strip has not."""
    try:
        return strip.place(drawn, unit)
    except LookupError:
        return None


def percent(fraction: float) -> str:
    """A fraction as SVG writes it: 0.25 as "25%"."""
    return f"{100 * fraction:.4g}%"


def standing(event: Event) -> str:
    """How units that lie in an event are held: "retired for Acme Ltd", "available"."""
    state = event.type.counts_as
    return f"{state} {event.type.toward} {event.party}" if event.party else state


def title(story: Story, piece: Piece) -> str:
    """What one piece is: "Units 1-40, 40 units: retired for Acme Ltd (event 3)"."""
    numbers = wording.unit_numbers(piece.units)
    if piece.state == SMALL:
        return f"{numbers}: {wording.number(piece.count)} small blocks"
    told = f"{numbers}, {wording.units(piece.units.quantity)}"
    assert piece.seq is not None  # only merged ones have none
    return f"{told}: {standing(story.events[piece.seq - 1])} (event {piece.seq})"


def only_words(story: Story, seq: int) -> str:
    """The text alternative of one event's strip."""
    units = story.events[seq - 1].units
    return f"{wording.unit_numbers(units)} among the units {story.record.block} of the record."


def words(story: Story, drawn: Sequence[Piece]) -> str:
    """The strip's text alternative: every piece in order, from the first unit to the last."""
    told = [title(story, piece) for piece in drawn]
    if more := len(told) - _TOLD:
        told = told if more < 0 else [*told[:_TOLD], f"{wording.number(more)} more"]
    return f"The units {story.record.block} in a row. {'; '.join(told)}."
