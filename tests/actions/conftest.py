"""Searching the filled registry: each way to a page forced, noted, and walked from end to end."""

from collections.abc import Callable, Iterator

import pytest

from tests.conftest import Filled
from webapp.actions import searching
from webapp.actions.searching import Found
from webapp.app import create_app
from webapp.domain.searching import Search
from webapp.store import database
from webapp.store import searching as store_searching
from webapp.store.searching import _Finder

HUGE = 10**9
# What the constants must be for a way to be taken wherever it can be.
_NEVER = {"_MERGED_AT_MOST": -1, "_GATHERED_AT_MOST": -1, "_SCANNED_AT_MOST": -1}
WAYS = {
    "as it comes": {},
    "merge and gather": dict.fromkeys(_NEVER, HUGE),
    "walk and months": _NEVER | {"_STEPS": HUGE, "_STEPS_ASKING": HUGE},
    "walk in vain": _NEVER | {"_STEPS": 2, "_STEPS_ASKING": 2},
}
Force = Callable[[str], None]


@pytest.fixture(params=["half", "all"])
def stocked(request: pytest.FixtureRequest, filled: Filled) -> Iterator[Filled]:
    """The filled registry under an application, half or all of its kept sums folded."""
    app = create_app(filled.settings[request.param])
    with app.app_context():
        yield filled
    database.close(app)


@pytest.fixture
def force(monkeypatch: pytest.MonkeyPatch) -> Force:
    """Makes searches take a way of WAYS wherever it leads to the page."""

    def forced(way: str) -> None:
        for name, value in WAYS[way].items():
            monkeypatch.setattr(store_searching, name, value)

    return forced


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ways that searches took from here on; a gather with where it began."""
    ways: list[str] = []

    def note(name: str) -> None:
        original = getattr(_Finder, name)

        def noted(self: _Finder, *begun: str) -> str:
            ways.append(f"gather {begun[0]}" if name == "_gather" else name.strip("_"))
            query: str = original(self, *begun)
            return query

        monkeypatch.setattr(_Finder, name, noted)

    for name in ("_merge", "_gather", "_walk", "_months", "_vintages", "_last_matches"):
        note(name)
    return ways


def ids(page: Found) -> list[str]:
    return [item.record.id for item in page.items]


def walk(search: Search) -> tuple[list[list[str]], list[list[str]]]:
    """The ids of all pages, on the way there by `next` and on the way back by `previous`."""
    page = searching.find_records(search)
    assert page.previous is None
    there, count = [ids(page)], page.count
    while page.next:
        page = searching.find_records(search.model_copy(update={"cursor": page.next}))
        there.append(ids(page))
        assert page.count == count
        assert len(there) < 100, "pages without end"
    back = [ids(page)]
    while page.previous:
        page = searching.find_records(search.model_copy(update={"cursor": page.previous}))
        back.append(ids(page))
        assert len(back) <= len(there), "more pages back than there"
    return there, back[::-1]
