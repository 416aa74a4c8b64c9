"""Ready-made commands and actors; each call may change any field."""

from typing import Any

from webapp.domain.actors import Actor
from webapp.domain.commands import CreateRecord

DESK = Actor("staff:1", "Registry desk", "operator")
VIEWER = Actor("staff:2", "Reading room", "viewer")

GUJARAT = {
    "project_name": "Waste-to-Energy Gujarat",
    "registry": "VCS",
    "vintage": 2018,
    "quantity": 110,
    "serial_number": "VCS-2220",
}
GUJARAT_ID = "d7a2cacab49120fac68ef2217eb032a6bfb30cf06d71c4cfdae5e311a80ee571"


def new_record(**changes: Any) -> CreateRecord:
    """The command that records Waste-to-Energy Gujarat, 110 units, or with other fields."""
    return CreateRecord(**{**GUJARAT, **changes})
