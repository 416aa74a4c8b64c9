"""Which layouts of files are known, and which of them a file has."""

from collections.abc import Sequence

from webapp.domain.refusals import FileRefused
from webapp.domain.wording import listing, number
from webapp.exchange.cells import quoted
from webapp.exchange.shapes import acr, art, car, gold_standard, unfit
from webapp.exchange.shapes.objects import OBJECTS
from webapp.exchange.shapes.plain import NEEDED, PLAIN
from webapp.exchange.shapes.shape import Reader, Shape, is_named
from webapp.exchange.shapes.verra import VERRA

__all__ = ["FORMATS", "SHAPES", "Reader", "Shape", "recognise"]

# In the order in which they are tried: retirements have all columns of issuances, and more.
_TABLES: tuple[Shape, ...] = (
    VERRA,
    gold_standard.RETIREMENTS,
    gold_standard.ISSUANCES,
    acr.RETIREMENTS,
    acr.CANCELLATIONS,
    car.RETIREMENTS,
    car.CANCELLATIONS,
    art.RETIREMENTS,
    art.CANCELLATIONS,
    PLAIN,
)
SHAPES: dict[str, Shape] = {shape.name: shape for shape in (*_TABLES, OBJECTS)}
FORMATS: tuple[str, ...] = tuple(dict.fromkeys(shape.family for shape in SHAPES.values()))
_JSON = ("json", "jsonl")
_SHOWN = 8  # columns of a header in a sentence


def recognise(kind: str, header: Sequence[str], wanted: str | None = None) -> Shape:
    """The shape of a file: its kind is "csv", "xlsx", "json" or "jsonl".

    `wanted`, one of FORMATS, narrows the choice. Raises FileRefused, saying what was found and what is
    known.
    """
    if kind in _JSON or wanted == OBJECTS.family:
        return _objects(kind, wanted)
    candidates = [shape for shape in _TABLES if wanted in (None, shape.family)]
    for shape in candidates:
        if not shape.missing(header):
            return shape
    if sentence := unfit.reason(header, wanted):
        raise FileRefused(sentence)
    if wanted is not None:
        raise FileRefused(_lacking(candidates, header))
    raise FileRefused(_unknown(header))


def _objects(kind: str, wanted: str | None) -> Shape:
    if kind not in _JSON:
        raise FileRefused(f"The file is no JSON but {kind.upper()}. Choose another format for it.")
    if wanted not in (None, OBJECTS.family):
        raise FileRefused(
            f'The file is JSON, and the format "{wanted}" is a table. Choose the format "json".'
        )
    return OBJECTS


def _lacking(candidates: Sequence[Shape], header: Sequence[str]) -> str:
    nearest = min(candidates, key=lambda shape: len(shape.missing(header)))
    names = listing([quoted(name) for name in nearest.missing(header)])
    return (
        f"The file cannot be read as {nearest.label}: it has no column {names}. "
        f"{_found(header)} Add what is missing, or choose another format."
    )


def _unknown(header: Sequence[str]) -> str:
    labels = [shape.label for shape in _TABLES if shape is not PLAIN]
    return (
        f"Its columns are not those of a file that is known here. {_found(header)} Known are "
        f"{listing(labels)}, as the registries export them, and tables with the columns "
        f"{listing(NEEDED)}."
    )


def _found(header: Sequence[str]) -> str:
    names = [quoted(" ".join(name.split())) for name in header if is_named(name)]
    more = len(names) - _SHOWN
    if more > 0:
        names = [*names[:_SHOWN], f"{number(more)} more"]
    return f"Found were {listing(names)}." if names else "None of its columns has a name."
