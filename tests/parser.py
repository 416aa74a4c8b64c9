"""Reads HTML as browsers do, and refuses what no page of ours may hold."""

import re
import warnings
from xml.etree.ElementTree import Element

import html5lib

_BLANK = re.compile(r"\s+")
_TYPED = ("input", "select", "textarea")


def read_page(html: str) -> Element:
    """The whole page's tree, after a look that it is well made."""
    assert html.lstrip().lower().startswith("<!doctype html>"), html[:80]
    tree = _parsed(html, whole=True)
    assert tree.get("lang") == "en"
    (heading,) = [words(one) for one in tree.iter("h1")]
    assert words(first(tree, "head/title")) == f"{heading} - Cairn"
    _check(tree)
    _check_references(tree)
    return tree


def read_fragment(html: str) -> Element:
    """The tree of a part of a page, after a look that it is well made as far as a part shows it."""
    tree = _parsed(html, whole=False)
    assert not list(tree.iter("h1")), "a part brings no second heading"
    assert not list(tree.iter("main")), "a part holds no whole page"
    _check(tree)
    return tree


def words(element: Element) -> str:
    """The text in it as somebody reads it, each run of white space one space."""
    return _BLANK.sub(" ", "".join(element.itertext())).strip()


def first(tree: Element, path: str) -> Element:
    """The first element at the path; there must be one."""
    found = tree.find(path)
    assert found is not None, path
    return found


def by_id(tree: Element, name: str) -> Element:
    """The element with this id; there must be one."""
    return first(tree, f".//*[@id='{name}']")


def _parsed(html: str, whole: bool) -> Element:
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree: Element = parser.parse(html) if whole else parser.parseFragment(html)
    # What somebody typed stays in its field, even a character that HTML has no place for.
    mistakes = [one for one in parser.errors if one[1] != "invalid-codepoint"]
    assert not mistakes, (mistakes, html)
    return tree


def _check(tree: Element) -> None:
    ids = [one.get("id") for one in tree.iter() if one.get("id")]
    assert len(ids) == len(set(ids)), f"the same id twice in {ids}"
    assert sum("autofocus" in one.attrib for one in tree.iter()) <= 1, "two fields want the focus"
    for element in tree.iter():
        if isinstance(element.tag, str):
            _check_nothing_inline(element)
    _check_labels(tree, set(ids))
    for form in tree.iter("form"):
        if (form.get("method") or "").lower() == "post":
            assert form.find(".//input[@name='csrf_token']") is not None, form.get("action")
    for image in tree.iter("img"):
        assert image.get("alt") is not None, "an image without a text alternative"
    for link in (*tree.iter("a"), *tree.iter("button")):
        assert words(link), f"{link.tag} without words: {link.attrib}"


def _check_nothing_inline(element: Element) -> None:
    assert element.tag != "style", "an inline style sheet"
    assert element.tag != "script" or element.get("src"), "an inline script"
    for name, value in element.attrib.items():
        assert name != "style", f"an inline style: {value}"
        assert not name.lower().startswith(("on", "hx-on")), f"an inline script: {name}={value}"
        if name in ("href", "src", "action"):
            assert not value.strip().lower().startswith("javascript:"), value


def _check_labels(tree: Element, ids: set[str | None]) -> None:
    labelled = {label.get("for") for label in tree.iter("label") if words(label)}
    assert labelled - {None} <= ids, f"labels of nothing: {labelled - ids}"
    for tag in _TYPED:
        for element in tree.iter(tag):
            if element.get("type") not in ("hidden", "submit", "button"):
                assert element.get("id") in labelled, f"no label: {element.attrib}"
            _refers_to(element, "aria-describedby", ids)


def _check_references(tree: Element) -> None:
    ids = {one.get("id") for one in tree.iter()}
    for element in tree.iter():
        for name in ("aria-labelledby", "aria-describedby", "aria-controls"):
            _refers_to(element, name, ids)
        address = element.get("href") or ""
        if address.startswith("#"):
            assert address[1:] in ids, f"a link to nothing: {address}"
        target = element.get("hx-target") or ""
        if target.startswith("#"):
            assert target[1:] in ids, f"nothing to swap into: {target}"
        for value in element.attrib.values():
            if match := re.fullmatch(r"url\(#(.+)\)", str(value)):
                assert match[1] in ids, f"no such pattern: {value}"


def _refers_to(element: Element, name: str, ids: set[str | None]) -> None:
    for target in (element.get(name) or "").split():
        assert target in ids, f"{name} of {element.tag} names {target}, which is not there"


with warnings.catch_warnings():
    # html5lib itself imports what is deprecated; that happens here, once.
    warnings.simplefilter("ignore")
    html5lib.parse("")
