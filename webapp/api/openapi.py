"""The description of the JSON door: OpenAPI 3.1, from the routes, the commands and the answers' models."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from werkzeug.routing import Rule

from webapp.api import schemas
from webapp.domain.commands import Command

F = TypeVar("F", bound=Callable[..., Any])

_FILE_REFUSALS = (400, 401, 409, 503)
_READ_REFUSALS = (400, 401, 404, 503)
_WRITE_REFUSALS = (400, 401, 403, 404, 409, 413, 415, 422, 503)
_REF = "#/components/schemas/{model}"
_RECORD_ID = {
    "name": "record_id",
    "in": "path",
    "required": True,
    "description": "The record's id: a SHA-256 in hexadecimal digits.",
    "schema": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
}
_SEQ = {
    "name": "seq",
    "in": "path",
    "required": True,
    "description": "The event's number among those of its record, from 1.",
    "schema": {"type": "integer", "minimum": 1},
}
_SERIAL = {
    "name": "serial",
    "in": "path",
    "required": True,
    "description": "A serial number as a registry writes it, or that of a single unit.",
    "schema": {"type": "string"},
}
_IN_PATHS = {"record_id": _RECORD_ID, "seq": _SEQ, "serial": _SERIAL}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key and body get the same answer for 24 hours and act only once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}


@dataclass(frozen=True)
class _Described:
    command: type[Command] | None
    answers: dict[int, type[BaseModel]]
    query: type[BaseModel] | None
    files: tuple[str, ...]
    refusals: tuple[int, ...]

    @property
    def models(self) -> list[type[BaseModel]]:
        return [*self.answers.values(), *([self.command] if self.command else [])]


def describes(
    command: type[Command] | None,
    answers: dict[int, type[BaseModel]],
    query: type[BaseModel] | None = None,
    files: Iterable[str] = (),
    refusals: Iterable[int] = (),
) -> Callable[[F], F]:
    """Marks a view with the command it takes and the models it answers, by status.

    `files` are the content types of a view that answers with a file of one of them; `refusals` are
    statuses, beside the usual ones, that it answers with problem details.
    """

    def mark(view: F) -> F:
        marks = _Described(command, answers, query, tuple(files), tuple(refusals))
        view.described = marks  # type: ignore[attr-defined]
        view.reads_query = query is not None  # type: ignore[attr-defined]
        return view

    return mark


def document(app: Flask) -> dict[str, Any]:
    """The OpenAPI 3.1 document of all views that are described."""
    paths: dict[str, dict[str, Any]] = {}
    models: list[type[BaseModel]] = [schemas.Problem]
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        described: _Described | None = getattr(view, "described", None)
        if described is None:
            continue
        models += described.models
        path = paths.setdefault(re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), {})
        for method in (rule.methods or set()) & {"GET", "POST"}:
            path[method.lower()] = _operation(rule, view, described)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Cairn",
            "version": "1",
            "description": "A registry of carbon credits that anyone can check. "
            "Quantities are tonnes of CO2e, times are UTC.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": _schemas(models),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(rule: Rule, view: Callable[..., Any], described: _Described) -> dict[str, Any]:
    in_path = re.findall(r"<(?:\w+:)?(\w+)>", rule.rule)
    parameters: list[dict[str, Any]] = [_IN_PATHS[name] for name in in_path]
    if described.query:
        parameters += _query_parameters(described.query)
    operation: dict[str, Any] = {
        "operationId": rule.endpoint.rpartition(".")[2],
        "summary": (view.__doc__ or "").strip(),
        "responses": _responses(described),
    }
    if described.command:
        parameters.append(_IDEMPOTENCY_KEY)
        fields = described.command.model_fields.values()
        operation["requestBody"] = {
            "required": any(field.is_required() for field in fields),
            "content": {"application/json": {"schema": _ref(described.command)}},
        }
    # Reading is open as long as PUBLIC_LOOKUP is on; a token may be sent all the same.
    operation["security"] = [{"token": []}] if described.command else [{}, {"token": []}]
    if parameters:
        operation["parameters"] = parameters
    return operation


def _query_parameters(model: type[BaseModel]) -> list[dict[str, Any]]:
    properties = model.model_json_schema()["properties"]
    return [
        {"name": name, "in": "query", "required": False, "schema": _given(schema)}
        for name, schema in properties.items()
    ]


def _given(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter when it is given: one that is left out is no null."""
    kinds = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    kept = {name: value for name, value in schema.items() if name not in ("anyOf", "title")}
    if kept.get("default", "") is None:
        del kept["default"]
    return kinds[0] | kept if "anyOf" in schema else kept


def _responses(described: _Described) -> dict[str, Any]:
    refusals = _WRITE_REFUSALS if described.command else _READ_REFUSALS
    found = {
        str(status): _response(status, model, "application/json")
        for status, model in described.answers.items()
    }
    if described.files:
        refusals = _FILE_REFUSALS
        # An empty schema: bytes of that content type (OpenAPI 3.1, "Considerations for File Uploads").
        found["200"] = {
            "description": "The file, sent while it is made.",
            "content": {one.partition(";")[0]: {} for one in described.files},
        }
    problems = {
        str(status): _response(status, schemas.Problem, "application/problem+json")
        for status in (*refusals, *described.refusals)
    }
    return found | problems


def _response(status: int, model: type[BaseModel], content_type: str) -> dict[str, Any]:
    return {
        "description": HTTPStatus(status).phrase,
        "content": {content_type: {"schema": _ref(model)}},
    }


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}


def _schemas(models: list[type[BaseModel]]) -> dict[str, Any]:
    unique = list(dict.fromkeys(models))
    _, definitions = models_json_schema(
        [(model, "validation") for model in unique], ref_template=_REF
    )
    found: dict[str, Any] = definitions["$defs"]
    return found
