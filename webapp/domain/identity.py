"""A record's id: the same four fields give the same id, on every machine and for ever."""

import hashlib
import re

_ID = re.compile(r"[0-9a-f]{64}")


def record_id(project_name: str, registry: str, vintage: int, serial_number: str) -> str:
    """The record's id: 64 hexadecimal digits of a SHA-256.

    Takes the normalised fields, joined by underscores as UTF-8. The joint is ambiguous
    ("a_b" + "c" is "a" + "b_c"), so equal ids do not prove equal fields: who creates compares.
    """
    joined = f"{project_name}_{registry}_{vintage}_{serial_number}"
    return hashlib.sha256(joined.encode("utf-8")).hexdigest()


def is_record_id(text: str) -> bool:
    """Whether it has the form of an id: 64 digits, 0-9 and a-f."""
    return _ID.fullmatch(text) is not None
