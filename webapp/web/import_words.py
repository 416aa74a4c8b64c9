"""How imports are told on pages: what is known, what a row will do, how far a file came."""

import json
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from flask import Flask

from webapp.actions.importing import Foreseen, Import, Preview, RefusedRow
from webapp.domain import wording
from webapp.domain.landing import Happened
from webapp.domain.lifecycle import EVENT_TYPES
from webapp.exchange.rows import Cells
from webapp.exchange.shapes import SHAPES

_BRINGS = {
    "verra": "Issued, retired and cancelled blocks in one file.",
    "gold-standard": "Import the issuances before the retirements, which end units of theirs.",
    "acr": "Each row brings its own block, retired or cancelled.",
    "car": "Each row brings its own block, retired or cancelled.",
    "art": "Each row brings its own block, retired or cancelled.",
    "plain": "project_name, registry, vintage, quantity and serial_number, and if you like what "
    "happened to the units: Cairn's own exports, and lists of your own.",
    "json": "The same as objects, in an array or one a line.",
}
_STATES = {
    "previewed": "waits for a decision",
    "queued": "waits for its turn",
    "done": "done",
    "undone": "nothing added",
    "stopped": "stopped",
}
_TOLD = 3  # events in a sentence; more are counted
_LONGEST = 300  # characters of a refused row


def init_app(app: Flask) -> None:
    """Gives the templates their words."""
    app.add_template_filter(size, "size")
    app.add_template_filter(duration, "duration")
    app.add_template_filter(harmless, "harmless")
    app.add_template_filter(row_fate, "row_fate")
    app.add_template_filter(row_said, "row_said")
    app.add_template_filter(refused_said, "refused_said")
    app.add_template_filter(import_state, "import_state")
    app.add_template_filter(import_sums, "import_sums")
    app.add_template_filter(became, "became")
    app.add_template_filter(will_become, "will_become")
    app.add_template_filter(shape_label, "shape_label")
    app.add_template_filter(rows, "rows")


def known() -> list[tuple[str, str]]:
    """The files that are recognised, those of a registry together, each with what it brings."""
    labels: dict[str, list[str]] = {}
    for shape in SHAPES.values():
        labels.setdefault(shape.family, []).append(shape.label)
    return [(_together(names), _BRINGS[family]) for family, names in labels.items()]


def _together(labels: list[str]) -> str:
    """Several labels that begin alike as one: "ART TREES retirements and cancellations"."""
    first, *others = labels
    return wording.listing([first, *(one.rpartition(" ")[2] for one in others)])


def shape_label(name: str) -> str:
    """What people call a kind of file; its name if it is not known any more."""
    return SHAPES[name].label if name in SHAPES else name


def rows(number: int) -> str:
    """1 as "1 row", 3150 as "3 150 rows"."""
    return f"{wording.number(number)} row{'' if number == 1 else 's'}"


def size(number: int) -> str:
    """Bytes as people say them: "73 KB", "21.4 MB"."""
    if number < 1000:
        return _counted(number, "byte")
    if number < 999_500:
        return f"{number / 1e3:.0f} KB"
    return f"{number / 1e6:.1f} MB" if number < 999_950_000 else f"{number / 1e9:.1f} GB"


def duration(time: timedelta) -> str:
    """A time as "34 seconds", "12 minutes" or "3 hours 20 minutes"."""
    seconds = round(time.total_seconds())
    if seconds < 1:
        return "less than a second"
    if seconds < 90:
        return _counted(seconds, "second")
    minutes = round(seconds / 60)
    if minutes < 90:
        return _counted(minutes, "minute")
    hours, minutes = divmod(minutes, 60)
    return f"{_counted(hours, 'hour')} {_counted(minutes, 'minute')}"


def _counted(number: int, what: str) -> str:
    return f"{wording.number(number)} {what}{'' if number == 1 else 's'}"


def harmless(text: str) -> str:
    """A file's text with signs in place of what would not be seen, or would turn its letters around."""
    return "".join(_seen(one) for one in text)


def _seen(one: str) -> str:
    if one in "\n\r\t":
        return " "
    if ord(one) < 0x20:
        return chr(0x2400 + ord(one))  # the picture of a control character
    return "\ufffd" if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Cn") else one


def row_said(cells: Cells) -> str:
    """The beginning of a row as it stands in the file."""
    given = _pairs(cells) if isinstance(cells, dict) else (one for one in cells if one.strip())
    told = harmless(" | ".join(one[:_LONGEST] for one in islice(given, _LONGEST)))
    return f"{told[:_LONGEST]}…" if len(told) > _LONGEST else told


def refused_said(row: RefusedRow) -> str:
    """The same of a row that was refused."""
    return row_said(json.loads(row.cells))


def _pairs(fields: dict[str, object]) -> Iterator[str]:
    for name, value in fields.items():
        yield f"{name}: {value if isinstance(value, str) else json.dumps(value)}"


def row_fate(row: Foreseen) -> str:
    """What will happen to a row: "A new record, retired for Acme Ltd on 3 May 2026"."""
    if row.refusal is not None:
        return row.refusal.detail
    if not row.new or row.entry is None:
        return "Is there already."
    happened = row.entry.happened
    if not row.new_record:
        told = wording.listing([_does(one) for one in happened[:_TOLD]])
        return f"{told[:1].upper()}{told[1:]}{_more(len(happened))}."
    if not happened:
        return "A new record."
    told = wording.listing([_done(one) for one in happened[:_TOLD]])
    return f"A new record, {told}{_more(len(happened))}."


def _more(number: int) -> str:
    return f", and {wording.number(number - _TOLD)} more events" if number > _TOLD else ""


def _done(one: Happened) -> str:
    return f"{EVENT_TYPES[one.command.event_type].label.lower()}{_whose(one)}"


def _does(one: Happened) -> str:
    units = one.command.named_units
    quantity = units.quantity if units is not None else 0
    verb = EVENT_TYPES[one.command.event_type].verb
    return f"{verb}s {wording.units(quantity)} of the record that has them{_whose(one)}"


def _whose(one: Happened) -> str:
    kind, day = EVENT_TYPES[one.command.event_type], one.command.effective_on
    party = f" {kind.toward} {one.command.party}" if one.command.party else ""
    return f"{party} on {wording.day(day)}" if day else party


def import_state(found: Import) -> str:
    """The state in a word or three."""
    if found.state != "running":
        return _STATES[found.state]
    if not found.alive:
        return "interrupted"
    return f"running, {found.read * 100 // (found.rows or 1)}%"


def import_sums(found: Import) -> str:
    """What became of the rows that were read, in short: "88 added, 10 refused"."""
    parts = [
        (found.added, "added"),
        (found.already_there, "there already"),
        (found.refused, "refused"),
    ]
    told = [f"{wording.number(number)} {what}" for number, what in parts if number]
    return ", ".join(told) or "nothing added"


def became(found: Import) -> str:
    """The same in a sentence: "Of 100 rows 88 were added and 10 were refused"."""
    return _parted(
        f"Of {rows(found.rows)}",
        "Every row",
        [
            (found.added, "was added", "were added"),
            (found.already_there, "was there already", "were there already"),
            (found.refused, "was refused", "were refused"),
        ],
    )


def will_become(preview: Preview, all_rows: int) -> str:
    """What will become of the rows that were looked at."""
    looked_at = preview.looked_at
    whole = looked_at == all_rows
    added = looked_at - preview.there_count - preview.refused_count
    return _parted(
        f"Of {'its' if whole else 'the first'} {rows(looked_at)}",
        "Every row" if whole else f"Each of the first {rows(looked_at)}",
        [
            (added, "will be added", "will be added"),
            (preview.there_count, "is there already", "are there already"),
            (preview.refused_count, "will be refused", "will be refused"),
        ],
    )


def _parted(of_them: str, all_of_them: str, parts: list[tuple[int, str, str]]) -> str:
    told = [
        f"{wording.number(count)} {one if count == 1 else many}"
        for count, one, many in parts
        if count
    ]
    if len(told) == 1:
        return f"{all_of_them} {next(one for count, one, _ in parts if count)}."
    return f"{of_them} {wording.listing(told)}."
