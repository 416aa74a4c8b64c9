"""The ledger: giving events their place in the log, signing it, and proving it."""

from webapp.actions.sealing.proving import (
    Proven,
    Status,
    checkpoint,
    growth_proof,
    leaf,
    places,
    prove,
    status,
    tile,
)
from webapp.actions.sealing.sealing import LedgerBehind, Sealer, is_waiting

__all__ = [
    "LedgerBehind",
    "Proven",
    "Sealer",
    "Status",
    "checkpoint",
    "growth_proof",
    "is_waiting",
    "leaf",
    "places",
    "prove",
    "status",
    "tile",
]
