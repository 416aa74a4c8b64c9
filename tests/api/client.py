"""A client of the JSON door that holds every answer to the API's own description and to its manners."""

import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from jsonschema import Draft202012Validator, FormatChecker
from werkzeug.datastructures import Headers

from tests.factories import GUJARAT

BASE = "/api/v1"
NOTHING: Any = object()  # no body at all, where None would be the body null
UNDESCRIBED = {405, 500}  # what may meet a caller anywhere, so that no operation lists it
LEAKS = re.compile(
    r'Traceback|File ".+", line|psycopg|sqlalchemy|relation "|\bSELECT\b|\bINSERT INTO\b'
)


@dataclass(frozen=True)
class Answer:
    """What came back: the status, the headers, and the very bytes."""

    status: int
    headers: Headers
    data: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.data)

    def refused(self, status: int, code: str | None = None) -> dict[str, Any]:
        """The problem details, after a look that it is this refusal."""
        assert self.status == status, self.data
        if code is not None:
            assert self.json["code"] == code
        problem: dict[str, Any] = self.json
        return problem

    def fields(self) -> dict[str, str]:
        """The fields at fault with their sentences, of a 422."""
        self.refused(422)
        return {one["field"]: one["message"] for one in self.json.get("errors", [])}


class Client:
    """Sends JSON with a bearer token, and checks what holds for every answer whatever it says."""

    def __init__(self, app: Flask, token: str | None = None) -> None:
        self.app = app
        self.token = token
        self.document = app.test_client().get(f"{BASE}/openapi.json").get_json()

    def bearing(self, token: str | None) -> "Client":
        """The same door, called by somebody else."""
        return Client(self.app, token)

    def call(
        self,
        method: str,
        path: str,
        body: Any = NOTHING,
        *,
        raw: bytes | None = None,
        content_type: str | None = None,
        headers: dict[str, str] | None = None,
        cookies: dict[str, str] | None = None,
        base_url: str = "http://localhost",
    ) -> Answer:
        sent = dict(headers or {})
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if body is not NOTHING:
            raw, content_type = json.dumps(body).encode(), content_type or "application/json"
        client = self.app.test_client(use_cookies=bool(cookies))
        for name, value in (cookies or {}).items():
            client.set_cookie(name, value)
        response = client.open(
            path, base_url, method=method, data=raw, content_type=content_type, headers=sent
        )
        answer = Answer(response.status_code, response.headers, response.data)
        self._check(method, path.partition("?")[0], answer)
        return answer

    def get(self, path: str, **how: Any) -> Answer:
        return self.call("GET", f"{BASE}{path}", **how)

    def ask(self, path: str, **asked: Any) -> Answer:
        """The answer to a GET with these parameters; None leaves one out."""
        given = {name: str(value) for name, value in asked.items() if value is not None}
        return self.get(f"{path}?{urlencode(given)}" if given else path)

    def post(self, path: str, body: Any = NOTHING, **how: Any) -> Answer:
        return self.call("POST", f"{BASE}{path}", body, **how)

    def create(self, key: str | None = None, **changes: Any) -> Answer:
        """Records Waste-to-Energy Gujarat, 110 units, or with other fields."""
        return self.post("/records", GUJARAT | changes, headers=_under(key))

    def act(self, record_id: str, action: str, key: str | None = None, **fields: Any) -> Answer:
        """Retires, sells, returns or cancels, with these fields as the body."""
        return self.post(f"/records/{record_id}/{action}", fields, headers=_under(key))

    def record(self, record_id: str) -> Any:
        """The record as anyone sees it."""
        answer = self.get(f"/records/{record_id}")
        assert answer.status == 200, answer.data
        return answer.json

    def _check(self, method: str, path: str, answer: Answer) -> None:
        check_headers(answer)
        described = self._description(method, path, answer)
        if answer.status >= 400:
            check_problem(answer)
            described = described or "#/components/schemas/Problem"
        if described is None:
            return
        schema = {"$ref": described, "components": self.document["components"]}
        validator = Draft202012Validator(schema, format_checker=FormatChecker())
        validator.validate(answer.json)

    def _description(self, method: str, path: str, answer: Answer) -> str | None:
        """Where the document describes this answer; an operation must list all that it answers."""
        paths = self.document["paths"]
        for template in sorted(
            paths, key=lambda one: "{" in one
        ):  # a name before what stands for any
            operations = paths[template]
            pattern = re.sub(r"\{\w+\}", "[^/]+", template)
            if not re.fullmatch(pattern, path) or method.lower() not in operations:
                continue
            responses = operations[method.lower()]["responses"]
            if answer.status in UNDESCRIBED and str(answer.status) not in responses:
                return None
            contents = responses[str(answer.status)]["content"]
            if not any(contents.values()):  # files have no schema
                assert answer.headers["Content-Type"].partition(";")[0] in contents
                return None
            (content,) = contents.values()
            described: str = content["schema"]["$ref"]
            return described
        return None


def check_headers(answer: Answer) -> None:
    """The security headers, which every answer bears."""
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "Set-Cookie" not in answer.headers


def check_problem(answer: Answer) -> None:
    """A refusal as RFC 9457 has it, with nothing of our insides in it."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json
    assert set(problem) - {"errors"} == {
        *("type", "title", "status", "detail", "code", "request_id"),
    }
    assert problem["type"] == "about:blank"
    assert problem["title"] == HTTPStatus(answer.status).phrase
    assert problem["status"] == answer.status
    assert re.fullmatch(r"[a-z][a-z_]+", problem["code"])
    assert re.fullmatch(r"[0-9a-f]{16}", problem["request_id"])
    assert problem["detail"].strip()
    for one in problem.get("errors", []):
        assert set(one) == {"field", "message"}
        assert one["message"].strip()
    assert not LEAKS.search(answer.data.decode())


def _under(key: str | None) -> dict[str, str]:
    return {} if key is None else {"Idempotency-Key": key}
