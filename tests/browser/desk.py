"""Scripts at the JSON door: they lay out records for the browser and check what became of them."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen


@dataclass(frozen=True)
class Desk:
    """A script with a token."""

    address: str
    token: str

    def record(self, project: str, quantity: int = 100, **fields: Any) -> str:
        """Records units; gives the record's path."""
        body = {
            "project_name": project,
            "registry": "VCS",
            "vintage": 2021,
            "quantity": quantity,
            "serial_number": project.upper().replace(" ", "-") + "-X",
            **fields,
        }
        return f"/records/{self._call('/records', body)['id']}"

    def act(self, path: str, name: str, **fields: Any) -> None:
        """Sells, retires, returns or cancels."""
        self._call(f"{path}/{name}", fields)

    def units(self, path: str) -> dict[str, int]:
        """How the record's units are held now."""
        units: dict[str, int] = self._call(path)["units"]
        return units

    def events(self, path: str) -> list[str]:
        """What happened to the record, oldest first."""
        return [event["event_type"] for event in self._call(path)["events"]]

    def serial(self, path: str) -> str:
        """The record's serial number."""
        serial: str = self._call(path)["serial_number"]
        return serial

    def _call(self, path: str, body: dict[str, Any] | None = None) -> Any:
        request = Request(
            f"{self.address}/api/v1{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
            },
        )
        with urlopen(request, timeout=30) as answer:
            return json.load(answer)
