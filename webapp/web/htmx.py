"""What htmx asks for, and how it is told where an answer goes. Pages work the same without it."""

from flask import Response, make_response, request


def is_partial() -> bool:
    """Whether htmx asks for a part of the page; restoring history gets the whole page."""
    headers = request.headers
    return "HX-Request" in headers and "HX-History-Restore-Request" not in headers


def vary(response: Response) -> Response:
    """Tells caches that a page and its part differ, though their address is one."""
    if response.mimetype == "text/html":
        response.vary.add("HX-Request")
    return response


def part(html: str, status: int = 200, into: str | None = None) -> Response:
    """A part of the page; `into` is the selector of what its element replaces."""
    response = make_response(html, status)
    if into:
        response.headers["HX-Retarget"] = into
        response.headers["HX-Reswap"] = "outerHTML"
    return response
