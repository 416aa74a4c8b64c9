"""A browser without JavaScript that looks hard at every page it gets; with htmx it asks for parts."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from tests.parser import by_id, read_fragment, read_page, words

LEAKS = re.compile(
    r'Traceback|File ".+", line|psycopg|sqlalchemy|relation "|\bSELECT\b|\bINSERT INTO\b|werkzeug'
)
HTMX = {"HX-Request": "true"}


@dataclass(frozen=True)
class Form:
    """A form as it stands on a page: where it goes, what it holds, which buttons it has."""

    action: str
    fields: dict[str, str]
    hidden: frozenset[str]
    buttons: tuple[Element, ...]

    def filled(self, typed: dict[str, Any]) -> dict[str, str]:
        """What it sends when these fields are typed over; each must be a field one can see."""
        seen = self.fields.keys() - self.hidden
        assert typed.keys() <= seen, f"{typed.keys() - seen} not among {seen}"
        return self.fields | {name: str(value) for name, value in typed.items()}


class Page:
    """An answer: its status and headers, and its tree if it is HTML."""

    def __init__(self, path: str, response: TestResponse, part: bool = False) -> None:
        self.path = path
        self.status = response.status_code
        self.headers: Headers = response.headers
        self.html = response.get_data(as_text=True)
        response.close()  # a static file stays open until then
        check_headers(self.headers)
        assert not LEAKS.search(self.html), self.html
        is_html = response.mimetype == "text/html" and self.html.strip()
        self.tree: Element | None = None
        if is_html and not self.goes_to:
            self.tree = read_fragment(self.html) if part else read_page(self.html)

    @property
    def goes_to(self) -> str | None:
        """Where a redirect leads."""
        return self.headers.get("Location") if 300 <= self.status < 400 else None

    @property
    def root(self) -> Element:
        assert self.tree is not None, (self.status, self.headers)
        return self.tree

    @property
    def text(self) -> str:
        """What somebody reads between the page's head and its foot (all of a part)."""
        main = self.root.find(".//main")
        return words(self.root if main is None else main)

    @property
    def heading(self) -> str:
        return words(next(self.root.iter("h1")))

    @property
    def message(self) -> str:
        """What the page says about what was just done."""
        return " / ".join(words(one) for one in self.all("p", "message"))

    @property
    def summary(self) -> str:
        """What the page says was refused."""
        return " / ".join(words(one) for one in self.all(None, "summary"))

    @property
    def focused(self) -> Element:
        """The element that has the focus when the page is there."""
        (one,) = [one for one in self.root.iter() if "autofocus" in one.attrib]
        return one

    def all(self, tag: str | None, css_class: str) -> list[Element]:
        """The elements of a class, from first to last."""
        return [
            one
            for one in self.root.iter(tag)
            if css_class in (one.get("class") or "").split() and one.tag != "summary"
        ]

    def element(self, name: str) -> Element:
        """The element with this id."""
        return by_id(self.root, name)

    def links(self) -> dict[str, str]:
        """The page's links: where each leads, by its words."""
        return {words(one): one.get("href") or "" for one in self.root.iter("a")}

    def faults(self) -> dict[str, str]:
        """The messages that stand at fields, by the field's name."""
        found = {}
        for field in self.root.iter():
            if field.get("aria-invalid") == "true":
                described = (field.get("aria-describedby") or "").split()
                faults = [words(self.element(one)) for one in described if "-fault" in one]
                found[field.get("name") or ""] = " ".join(faults)
        return found

    def forms(self) -> list[Form]:
        """The forms of the page's own that act: not the search, nor the one that signs out."""
        elements = [one for one in self.root.iter("form") if one.get("action") != "/sign-out"]
        return [read_form(one) for one in elements if (one.get("method") or "").lower() == "post"]

    def form(self, press: str | None = None) -> Form:
        """The form of the page's own; of several, the one whose button begins with these words."""
        forms = self.forms()
        if len(forms) > 1 and press is not None:
            forms = [
                one for one in forms if any(words(each).startswith(press) for each in one.buttons)
            ]
        (form,) = forms
        return form

    def sign_out_form(self) -> Form:
        (element,) = [one for one in self.root.iter("form") if one.get("action") == "/sign-out"]
        return read_form(element)


def read_form(element: Element) -> Form:
    """What a form would send as it stands."""
    assert (element.get("method") or "").lower() == "post"
    fields, hidden = {}, set()
    for one in element.iter():
        name = one.get("name")
        if not name or one.tag == "button":
            continue
        if one.tag == "select":
            options = list(one.iter("option"))
            chosen = next((each for each in options if "selected" in each.attrib), None)
            chosen = options[0] if chosen is None and options else chosen
            if chosen is not None:
                fields[name] = chosen.get("value") or ""
        else:
            fields[name] = (one.text if one.tag == "textarea" else one.get("value")) or ""
        if one.get("type") == "checkbox" and "checked" not in one.attrib:
            fields[name] = ""
        if one.get("type") == "hidden":
            hidden.add(name)
    buttons = tuple(element.iter("button"))
    return Form(element.get("action") or "", fields, frozenset(hidden), buttons)


class Browser:
    """Keeps cookies, follows redirects, sends the forms of the pages it got."""

    def __init__(self, app: Flask, base_url: str = "http://localhost", **headers: str) -> None:
        self.client = app.test_client()
        self.base_url = base_url
        self.headers = headers
        if base_url.startswith("https:"):
            self.headers.setdefault("Referer", f"{base_url}/")

    def ask(
        self, path: str, data: dict[str, str] | None = None, method: str | None = None, **how: Any
    ) -> Page:
        """One request as it is, with redirects not followed."""
        part = how.pop("part", False)
        headers = self.headers | how.pop("headers", {})
        method = method or ("GET" if data is None else "POST")
        response = self.client.open(
            path, self.base_url, method=method, data=data, headers=headers, **how
        )
        return Page(path, response, part)

    def get(self, path: str, **how: Any) -> Page:
        """The page at a path, redirects followed."""
        return self._follow(self.ask(path, **how))

    def send(self, page: Page, press: str | None = None, **typed: Any) -> Page:
        """Fills the page's form and presses a button (else the first); redirects followed."""
        return self._follow(self.send_once(page, press, **typed))

    def send_once(self, page: Page, press: str | None = None, **typed: Any) -> Page:
        """The same, with redirects not followed."""
        form = page.form(press)
        return self.ask(form.action, self._pressed(form, press, typed))

    def act(self, record_id: str, action: str, press: str | None = None, **typed: Any) -> Page:
        """Opens the form of an action, fills it and presses a button."""
        return self.send(self.get(f"/records/{record_id}/{action}"), press, **typed)

    def create(self, press: str | None = None, **typed: Any) -> Page:
        """Opens the form of a new record, fills it and presses a button."""
        return self.send(self.get("/records/new"), press, **typed)

    def sign_in(self, email: str, password: str) -> Page:
        return self.send(self.get("/sign-in"), email=email, password=password)

    def sign_out(self) -> Page:
        form = self.get("/password").sign_out_form()
        return self._follow(self.ask(form.action, form.fields))

    def part(self, path: str) -> Page:
        """The part of a page that htmx asks for."""
        return self.ask(path, headers=HTMX, part=True)

    def send_part(self, page: Page, preview: bool = False, **typed: Any) -> Page:
        """Sends the form as htmx does: on the button, or as somebody types (`preview`)."""
        form = page.form()
        data = form.filled(typed) | ({"preview": "1"} if preview else {})
        return self.ask(form.action, data, headers=HTMX, part=True)

    @property
    def cookie(self) -> str | None:
        """The session cookie's value."""
        found = self.client.get_cookie("cairn")
        return None if found is None else found.value

    def _pressed(self, form: Form, press: str | None, typed: dict[str, Any]) -> dict[str, str]:
        buttons = [one for one in form.buttons if press is None or words(one).startswith(press)]
        assert buttons, f"no button {press} among {[words(one) for one in form.buttons]}"
        name = buttons[0].get("name")
        return form.filled(typed) | ({name: buttons[0].get("value") or ""} if name else {})

    def _follow(self, page: Page) -> Page:
        for _ in range(5):
            if page.goes_to is None:
                return page
            address = urlsplit(urljoin(self.base_url + page.path, page.goes_to))
            assert f"{address.scheme}://{address.netloc}" == self.base_url, "led to another site"
            page = self.ask(address._replace(scheme="", netloc="").geturl())
        raise AssertionError("redirects without end")


def check_headers(headers: Headers) -> None:
    """The security headers, which every answer bears."""
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
