"""How the JSON door answers when nothing is refused."""

import json
from collections.abc import Mapping

from flask import Response


def json_answer(
    body: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """The body as JSON text, in UTF-8."""
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, status, headers, content_type="application/json")
