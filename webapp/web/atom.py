"""The Atom feed of retirements (RFC 4287)."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, UUID, uuid5
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from flask import url_for

from webapp.domain import wording
from webapp.domain.lifecycle import Happening
from webapp.web import telling

_ATOM = "http://www.w3.org/2005/Atom"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)  # when an empty feed was updated
# Never to be changed: it makes the ids by which feed readers know what they have seen.
_RETIREMENTS = UUID("0c7e1b52-58a5-4f0e-8b57-6c6f4d9f3a41")

register_namespace("", _ATOM)


def feed(retirements: Sequence[Happening], address: str) -> bytes:
    """The feed as an XML document, the retirements in this order; `address` is its own.

    An entry's id is made from the record's id and the event's number, and so is the same wherever
    the feed is read and whatever the registry is called; the feed's own from its host and path.
    """
    root = Element(_name("feed"), {_LANGUAGE: "en"})
    place = urlsplit(address)
    _add(root, "id", uuid5(NAMESPACE_URL, f"{place.hostname}{place.path}").urn)
    _add(root, "title", "Retired carbon credits")
    _add(
        root, "subtitle", "The retirements that were recorded last. One unit is one tonne of CO2e."
    )
    newest = max((one.event.at for one in retirements), default=_BEGINNING)
    _add(root, "updated", _time(newest))
    _link(root, "self", address, "application/atom+xml")
    _link(root, "alternate", url_for("events.feed", type="retired", _external=True), "text/html")
    for one in retirements:
        _add_entry(root, one)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _add_entry(root: Element, retirement: Happening) -> None:
    record, event = retirement.record, retirement.event
    for_whom = f" for {event.party}" if event.party else ""
    entry = SubElement(root, _name("entry"))
    _add(entry, "id", uuid5(_RETIREMENTS, f"{record.id}/{event.seq}").urn)
    _add(
        entry,
        "title",
        f"{wording.units(event.units.quantity)} of {record.project_name} retired{for_whom}",
    )
    _add(entry, "updated", _time(event.at))
    author = SubElement(entry, _name("author"))
    _add(author, "name", event.actor)
    address = url_for("certificates.show", record_id=record.id, seq=event.seq, _external=True)
    _link(entry, "alternate", address, "text/html")
    reason = f" Reason: {event.reason}." if event.reason else ""
    _add(
        entry,
        "summary",
        f"{telling.sentence(event)}. {record.project_name}, registry {record.registry}, vintage "
        f"{record.vintage}, serial number {record.serial_number}. It counts for "
        f"{wording.day(event.day)}.{reason}",
    )


def _add(parent: Element, name: str, text: str) -> None:
    # U+FFFE and U+FFFF may stand in a name, but in no XML document.
    SubElement(parent, _name(name)).text = _NO_XML.sub("\ufffd", text)


def _link(parent: Element, relation: str, address: str, kind: str) -> None:
    SubElement(parent, _name("link"), {"rel": relation, "type": kind, "href": address})


def _name(name: str) -> str:
    return f"{{{_ATOM}}}{name}"


def _time(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
