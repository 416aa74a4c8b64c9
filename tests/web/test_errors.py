"""What goes wrong is a page with a sentence and a way on, and bears the security headers."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from flask import Flask

from tests.factories import GUJARAT_ID
from tests.web.browser import Browser, Page
from tests.web.conftest import Snapshot
from tests.web.people import record
from webapp.config import Settings

RECORD = f"/records/{GUJARAT_ID}"


def is_told(page: Page, status: int, title: str, sentence: str) -> None:
    assert page.status == status
    assert page.heading == title
    assert sentence in page.text
    assert page.links()["To the records"] == "/"


@pytest.fixture
def database_away(settings: Settings) -> Iterator[Callable[[], None]]:
    """Takes the database away while the application runs."""
    name = psycopg.conninfo.conninfo_to_dict(settings.owner_url)["dbname"]
    elsewhere = psycopg.conninfo.make_conninfo(settings.owner_url, dbname="postgres")
    with psycopg.connect(elsewhere, autocommit=True) as connection:

        def away() -> None:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                (name,),
            )

        yield away


@pytest.mark.parametrize(
    "path", ["/nowhere", "/record", "/records/new/x", f"{RECORD}/transfer", "/static/nothing.css"]
)
def test_an_unknown_address_is_404(public: Browser, path: str) -> None:
    is_told(public.ask(path), 404, "Not Found", "There is nothing at this address.")


@pytest.mark.parametrize(
    ("method", "path", "takes"),
    [("POST", "/", "GET"), ("DELETE", RECORD, "GET"), ("PUT", "/sign-in", "POST")],
)
def test_a_wrong_method_is_405_and_names_the_right_ones(
    public: Browser, method: str, path: str, takes: str
) -> None:
    page = public.ask(path, method=method)

    is_told(page, 405, "Method Not Allowed", f"This address does not take {method}")
    assert takes in page.headers["Allow"]


def test_a_host_that_is_not_ours_is_400(site: Flask) -> None:
    page = Browser(site, "http://evil.example").ask("/")

    assert page.status == 400
    assert "evil.example" not in page.html.replace("'evil.example'", "")


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1", "[::1]:8000"])
def test_our_own_hosts_are_served(site: Flask, host: str) -> None:
    assert Browser(site, f"http://{host}").get("/").status == 200


def test_a_body_of_two_megabytes_is_413_and_says_how_much_is_read(
    desk: Browser, ledger: Snapshot
) -> None:
    form = desk.get("/records/new").form()

    page = desk.ask("/records/new", form.filled({"project_name": "x" * 2_000_000}))

    is_told(page, 413, desk_title(page), "at most")
    assert ledger()["records"] == []


def desk_title(page: Page) -> str:
    """How HTTP calls 413; Python 3.13 gave it its newer name."""
    assert page.heading in ("Request Entity Too Large", "Content Too Large")
    return page.heading


def test_a_mistake_of_ours_is_500_with_a_number_and_nothing_of_our_insides(
    site: Flask, public: Browser, owner: psycopg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    record(site)
    owner.execute("ALTER TABLE holdings RENAME TO misplaced")

    page = public.ask(RECORD)

    is_told(page, 500, "Internal Server Error", "Something went wrong on our side")
    number = page.text.partition("this number: ")[2][:16]
    assert f"request {number} failed" in caplog.text


def test_without_its_database_the_list_is_503_and_says_to_try_again(
    public: Browser, database_away: Callable[[], None]
) -> None:
    public.get("/")
    database_away()

    page = public.ask("/")

    is_told(page, 503, "Service Unavailable", "The database cannot be reached.")
    assert int(page.headers["Retry-After"]) >= 1


def test_without_its_database_who_is_signed_in_gets_the_same_page(
    desk: Browser, database_away: Callable[[], None]
) -> None:
    database_away()

    page = desk.ask("/")

    is_told(page, 503, "Service Unavailable", "The database cannot be reached.")


def test_without_its_database_an_unknown_address_is_still_told_to_who_is_signed_in(
    desk: Browser, database_away: Callable[[], None]
) -> None:
    database_away()

    assert desk.ask("/nowhere").status in (404, 503)


def test_a_mistake_while_somebody_is_signed_in_is_a_page_too(
    site: Flask, desk: Browser, owner: psycopg.Connection
) -> None:
    record(site)
    owner.execute("ALTER TABLE sessions RENAME TO misplaced")

    page = desk.ask(RECORD)

    is_told(page, 500, "Internal Server Error", "Something went wrong on our side")


POSTS = ["/sign-in", "/sign-out", "/password", "/records/new"] + [
    f"{RECORD}/{action}" for action in ("retire", "sell", "return", "cancel")
]
TYPED = {
    "quantity": "5",
    "buyer": "X",
    "reason": "X",
    "sale": "2",
    "current": "correct horse battery",
    "password": "another password",
    "again": "another password",
    "project_name": "X",
    "registry": "X",
    "vintage": "2020",
    "serial_number": "X-1",
}


@pytest.mark.parametrize("path", POSTS)
def test_a_form_without_its_token_or_with_a_wrong_one_is_400_and_changes_nothing(
    site: Flask, desk: Browser, owner: psycopg.Connection, ledger: Snapshot, path: str
) -> None:
    record(site)
    people = "SELECT password_hash, (SELECT count(*) FROM sessions) FROM staff"
    before = ledger(), owner.execute(people).fetchall()
    other = Browser(site).get("/sign-in").form().fields["csrf_token"]

    for token in (None, "", "x", other):
        sent = TYPED if token is None else TYPED | {"csrf_token": token}
        page = desk.ask(path, sent)

        assert page.status == 400
        assert "Go back, reload the page and send it again." in page.text
    assert (ledger(), owner.execute(people).fetchall()) == before
    assert desk.ask("/password").status == 200


def test_a_form_that_another_site_sends_by_https_is_refused(site: Flask) -> None:
    browser = Browser(site, "https://localhost", Referer="https://localhost/sign-in")
    form = browser.get("/sign-in").form()

    page = browser.ask(
        "/sign-in", form.filled({"email": "x"}), headers={"Referer": "https://evil.example/"}
    )

    assert page.status == 400


@pytest.mark.parametrize(
    "path",
    ["/", RECORD, "/sign-in", "/nowhere", "/records/new", "/?x=1", "/static/site.css", "/static/x"],
)
def test_every_answer_bears_the_security_headers(site: Flask, public: Browser, path: str) -> None:
    record(site)

    headers = public.ask(path).headers

    policy = dict(
        part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "X-Powered-By" not in headers


def test_scripts_come_from_us_or_from_the_one_address_of_htmx_with_its_hash(
    public: Browser,
) -> None:
    page = public.get("/")

    policy = page.headers["Content-Security-Policy"]
    (allowed,) = [part for part in policy.split("; ") if part.startswith("script-src")]
    for script in page.root.iter("script"):
        source = script.get("src") or ""
        if not source.startswith("/"):
            assert source in allowed.split()
            assert (script.get("integrity") or "").startswith("sha384-")
            assert script.get("crossorigin") == "anonymous"


def test_browsers_are_told_to_stay_with_https_once_they_came_by_it(site: Flask) -> None:
    name = "Strict-Transport-Security"

    assert "max-age=" in Browser(site, "https://localhost").get("/").headers[name]
    assert name not in Browser(site).get("/").headers


def test_what_staff_see_is_kept_in_no_cache(site: Flask, desk: Browser) -> None:
    record(site)
    for path in ("/", RECORD, "/records/new", f"{RECORD}/retire", "/password"):
        assert desk.get(path).headers["Cache-Control"] == "no-store"


def test_static_files_may_be_kept(public: Browser) -> None:
    page = public.ask("/static/site.css")

    assert page.status == 200
    assert "max-age=" in page.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/", RECORD, "/sign-in", "/password", "/records/new"])
def test_head_is_answered_like_get_without_the_page(site: Flask, desk: Browser, path: str) -> None:
    record(site)

    page = desk.ask(path, method="HEAD")

    assert (page.status, page.html) == (200, "")


@pytest.mark.parametrize("path", POSTS)
def test_head_with_a_form_in_its_body_acts_on_nothing(
    site: Flask, desk: Browser, owner: psycopg.Connection, ledger: Snapshot, path: str
) -> None:
    """A safe method has no token and no limit, so it must not be a way round them."""
    record(site)
    people = "SELECT password_hash, (SELECT count(*) FROM sessions) FROM staff"
    before = ledger(), owner.execute(people).fetchall()

    desk.ask(path, TYPED, method="HEAD")

    assert (ledger(), owner.execute(people).fetchall()) == before
