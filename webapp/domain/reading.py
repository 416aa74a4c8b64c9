"""From JSON text or plain values to a command, with every mistake as a sentence at its field."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from webapp.domain import wording
from webapp.domain.commands import Command
from webapp.domain.refusals import FieldError, InvalidFields

C = TypeVar("C", bound=Command)

_MOST_ERRORS = 20  # in one refusal; the rest are counted

_SENTENCES = {
    "missing": "It is missing; fill it in.",
    "int_type": "It must be a whole number in plain digits.",
    "int_from_float": "It must be a whole number in plain digits.",
    "int_parsing": "It must be a whole number in plain digits.",
    "int_parsing_size": "The number is too large.",
    "string_type": "It must be text.",
    "date_type": "It must be a day, written like 2026-05-03.",
    "list_type": 'It must be a list of blocks like {{"first": 1, "last": 40}}.',
    "model_type": "It must be an object with named fields.",
    "greater_than_equal": "It must be {ge} or more.",
    "less_than_equal": "It must be {le} or less.",
    "too_short": "It is empty; name at least one block.",
    "too_long": "It has {actual_length} blocks; {max_length} are allowed in one event.",
    "string_unicode": "It is not valid UTF-8 text.",
}


class NotJson(ValueError):
    """The text is no JSON; the message says where it stops being it."""


def read_command(model: type[C], text: bytes | str) -> C:
    """The command that a JSON text holds.

    Raises NotJson when it is no JSON, InvalidFields when it is but not this command: every
    field at fault is named with its JSON name (`blocks.0.first` for one inside a list).
    """
    try:
        command = model.model_validate_json(text)
    except ValidationError as error:
        broken = error.errors(include_url=False)[0]
        if broken["type"] == "json_invalid":
            raise NotJson(broken["ctx"]["error"]) from None
        raise InvalidFields(_first(_mistakes(error, model))) from None
    _refuse_repeated_names(text)
    command.check()
    return command


def read_values(
    model: type[C], values: Mapping[str, object], misread: Sequence[FieldError] = ()
) -> C:
    """The command that values of the right types make: numbers, days and texts.

    `misread` are mistakes found when the values were read from text; at a field that has one,
    nothing else is said. Raises InvalidFields.
    """
    found = list(misread)
    try:
        command = model.model_validate(values)
    except ValidationError as error:
        fields = {one.field for one in misread}
        found += [
            one for one in _mistakes(error, model) if one.field.partition(".")[0] not in fields
        ]
    else:
        if not found:
            command.check()
            return command
    raise InvalidFields(_first(found))


def _mistakes(error: ValidationError, model: type[Command]) -> list[FieldError]:
    return [
        FieldError(_name(one), _sentence(one, model)) for one in error.errors(include_url=False)
    ]


class _Pairs(list[tuple[str, object]]):
    """A JSON object as its names and values stand there, repeated names and all."""


def _refuse_repeated_names(text: bytes | str) -> None:
    """Of two values for one name JSON readers take one or the other: here nobody guesses."""
    twice = list(_repeated(json.loads(text, object_pairs_hook=_Pairs), ""))
    if twice:
        raise InvalidFields(_first([FieldError(name, "It is given twice.") for name in twice]))


def _repeated(value: object, place: str) -> Iterator[str]:
    if isinstance(value, _Pairs):
        counts = Counter(name for name, _ in value)
        yield from (f"{place}{name}" for name, count in counts.items() if count > 1)
        steps: Iterable[tuple[object, object]] = value
    elif isinstance(value, list):
        steps = enumerate(value)
    else:
        return
    for step, inner in steps:
        yield from _repeated(inner, f"{place}{step}.")


def _first(found: list[FieldError]) -> list[FieldError]:
    """The first mistakes; how many more there are is told at the end."""
    more = len(found) - _MOST_ERRORS
    if more <= 0:
        return found
    follow = (
        "1 more mistake follows." if more == 1 else f"{wording.number(more)} more mistakes follow."
    )
    return [*found[:_MOST_ERRORS], FieldError("", follow)]


def _name(one: Any) -> str:
    if one["type"] == "two_choices":
        return "quantity"
    return ".".join(str(step) for step in one["loc"])


def _sentence(one: Any, model: type[Command]) -> str:
    kind: str = one["type"]
    if kind == "extra_forbidden":
        if len(one["loc"]) > 1:
            return "There is no such field here; a block has first and last."
        return f"There is no such field here; the fields are {', '.join(model.model_fields)}."
    if kind == "value_error":
        return str(one["ctx"]["error"])
    if kind == "too_long" and "limit" in one["ctx"]:
        return str(one["msg"])
    template = _SENTENCES.get(kind)
    if template is None:
        return str(one["msg"])
    limits = {name: _limit(value) for name, value in one.get("ctx", {}).items()}
    return template.format(**limits)


def _limit(value: object) -> str:
    """A limit in words; a year keeps its digits together."""
    return wording.number(value) if isinstance(value, int) and value > 9999 else str(value)
