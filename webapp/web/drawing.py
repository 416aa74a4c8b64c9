"""Drawing bars with pygal, and taking out of its pictures again what our pages forbid.

What is left is SVG without style, script and ids: site.css colours its classes, and a picture's
size comes from its page. Labels are measured for a phone and set smaller on a wide window.
"""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any
from unicodedata import east_asian_width
from xml.etree.ElementTree import Element, tostring

import pygal
import pygal.etree
from markupsafe import Markup
from pygal.style import Style

# For plugins that nobody has here pygal adds a finder that slows and warns at every failed import.
sys.meta_path[:] = [one for one in sys.meta_path if not isinstance(one, pygal.PluginImportFixer)]
pygal.etree.etree.to_etree()  # the standard library's trees, also where lxml is installed

_WIDTH, _HEIGHT = 480, 270
_ROW = 28  # the height of one of the ranking's bars
_LABEL_SIZE = 15
_LONGEST_LABEL = 19
_LETTERS = (
    (10**15, "P ", "a thousand million million"),
    (10**12, "T ", "a million million"),
    (10**9, "G ", "a thousand million"),
    (10**6, "M ", "a million"),
    (10**3, "k ", "a thousand"),
)
_FRACTION = re.compile(r"(\d+)\.(\d)\d*")
_STYLE = Style(label_font_size=_LABEL_SIZE, major_label_font_size=_LABEL_SIZE)
_LEFT_OUT = {"defs", "title", "desc"}
_LEFT_OUT_CLASSES = {"background", "titles", "overlay", "text-overlay", "tooltip-overlay"}
_KEPT_CLASSES = {"axis", "x", "y", "guide", "major"}


@dataclass(frozen=True)
class Chart:
    """A picture: its SVG, and what its axis is counted in. `words` stand in the SVG for who cannot see it."""

    svg: Markup
    scale: str
    words: str


class _Bare:
    """Leaves out pygal's style sheet, its scripts and its tooltips; a bar's title says what it is."""

    titles: Sequence[str] = ()

    def _draw(self) -> None:
        super()._draw()  # type: ignore[misc]
        self.svg.pre_render = lambda: None  # type: ignore[attr-defined]

    def _tooltip_and_print_values(
        self, serie_node: Any, serie: Any, parent: Any, i: int, *_: object
    ) -> None:
        self.svg.node(parent, "title", class_="told").text = self.titles[i]  # type: ignore[attr-defined]


class _Columns(_Bare, pygal.StackedBar):
    """Columns side by side, each of parts upon each other."""


class _Rows(_Bare, pygal.HorizontalStackedBar):
    """Rows with their names at the left, each of parts behind each other."""


Series = list[tuple[str, list[int]]]  # a state, and its units one by one


def columns(
    labels: list[str],
    majors: list[str],
    titles: list[str],
    series: Series,
    words: str,
    unit: str = "t",
) -> Chart:
    """Columns side by side; `majors` are the labels that are shown, `titles` what each column says.

    `unit` stands behind the axis' numbers: tonnes, or nothing.
    """
    ticks = _ticks(_largest(series), 4)
    chart = _Columns(**_options(_HEIGHT, ticks, unit), show_minor_x_labels=False)
    chart.titles = titles
    chart.x_labels = labels
    chart.x_labels_major = majors
    for _, values in series:
        chart.add(None, values)
    return _finished(chart, _HEIGHT, [state for state, _ in series], ticks[-1], words, unit)


def rows(names: list[str], titles: list[str], series: Series, words: str) -> Chart | None:
    """Rows with their names at the left, the first on top; None when there are none."""
    if not names:
        return None
    height = _ROW * len(names) + 2 * _LABEL_SIZE + 10
    ticks = _ticks(_largest(series), 3)
    chart = _Rows(**_options(height, ticks), margin_right=_LABEL_SIZE * 2)  # half a label
    chart.titles = titles[::-1]  # pygal begins at the foot
    chart.x_labels = [_cut(name) for name in reversed(names)]
    for _, values in series:
        chart.add(None, values[::-1])
    return _finished(chart, height, [state for state, _ in series], ticks[-1], words)


def _largest(series: Series) -> int:
    together = zip(*(values for _, values in series), strict=True)
    largest: int = max(sum(values) for values in together)
    return max(1, largest)


def _finished(
    chart: Any, height: int, states: list[str], most: int, words: str, unit: str = "t"
) -> Chart:
    root: Element = chart.render_tree()
    _clean(root, states)
    root.attrib.clear()
    root.attrib |= {
        "class": "chart",
        "role": "img",
        "aria-label": words,
        "viewBox": f"0 0 {_WIDTH} {height}",
    }
    text = tostring(root, encoding="unicode")
    return Chart(Markup(text), _scale(most, unit), words)  # noqa: S704  ElementTree escaped all text


def _clean(element: Element, states: list[str]) -> None:
    """Takes out what nobody sees or what our pages forbid, and names the series for their states."""
    for one in list(element):
        if _is_left_out(one):
            element.remove(one)
            continue
        classes = (one.attrib.pop("class", "")).split()
        kept = [name for name in classes if name in _KEPT_CLASSES]
        kept += [states[int(name[6:])] for name in classes if name.startswith("serie-")]
        one.attrib = {name: _FRACTION.sub(r"\1.\2", value) for name, value in one.attrib.items()}
        for name in ("style", "rx", "ry"):
            one.attrib.pop(name, None)
        if kept:
            one.set("class", " ".join(kept))
        _clean(one, states)
        if one.tag == "g" and not len(one):
            element.remove(one)


def _is_left_out(one: Element) -> bool:
    if not isinstance(one.tag, str):
        return True  # a comment
    classes = set(one.get("class", "").split())
    if one.tag in _LEFT_OUT:
        return "told" not in classes
    flat = one.tag == "g" and "bar" in classes and _is_flat(one[0])
    return flat or bool(classes & _LEFT_OUT_CLASSES)


def _is_flat(bar: Element) -> bool:
    """Whether a bar has no length; pygal leaves that attribute out in rows."""
    return not (float(bar.get("width") or 0) and float(bar.get("height") or 0))


def _cut(name: str) -> str:
    """A name, or as much of it as there is room for."""
    ends = list(accumulate(map(_width, name)))
    if ends[-1] <= _LONGEST_LABEL:
        return name
    return f"{name[: sum(end < _LONGEST_LABEL for end in ends)].rstrip()}…"


def _width(letter: str) -> float:
    """How wide a letter is, in usual ones."""
    if letter in "WM" or east_asian_width(letter) in "WF":
        return 1.8
    return 1.3 if letter.isupper() else 1


def short(units: float, most: float, unit: str = "t") -> str:
    """2500000 of at most 5000000 as "2.5 M t": tonnes as an axis that goes so far has room for them."""
    size, letter, _ = _letter(most)
    return f"{units / size:g} {letter if units else ''}{unit}".rstrip()


def _letter(most: float) -> tuple[int, str, str]:
    """What an axis that goes so far counts in: its size, its letter and its name."""
    return next((one for one in _LETTERS if most >= one[0]), (1, "", ""))


def _scale(most: int, unit: str) -> str:
    """The same as a sentence's part: "t: tonnes; M: a million"."""
    _, letter, name = _letter(most)
    parts = ["t: tonnes"] if unit else []
    return "; ".join([*parts, f"{letter.strip()}: {name}"] if letter else parts)


def _ticks(largest: int, most: int) -> list[int]:
    """Round numbers from 0 to where the axis ends, which is at or above the largest value."""
    steps = (
        step * 10**power // 2
        for power in range(len(str(largest)) + 1)
        for step in (2, 4, 5, 10)
        if step * 10**power % 2 == 0
    )
    step = next(one for one in steps if one * most >= largest)
    return [step * place for place in range(-(-largest // step) + 1)]


def _options(height: int, ticks: list[int], unit: str = "t") -> dict[str, Any]:
    return {
        "width": _WIDTH,
        "height": height,
        "margin": 4,
        "css": [],
        "js": [],
        "no_prefix": True,
        "style": _STYLE,
        "show_legend": False,
        "truncate_label": -1,
        "value_formatter": lambda units: short(units, ticks[-1], unit),
        "y_labels": ticks,
    }
