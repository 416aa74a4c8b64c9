"""The ledger: giving events their place in the log, signing it, and proving it."""

from webapp.actions.sealing.following import Growth, growth, why_behind, why_silent
from webapp.actions.sealing.proving import (
    Proven,
    Status,
    checkpoint,
    growth_proof,
    leaf,
    places,
    prove,
    sealed,
    status,
    tile,
)
from webapp.actions.sealing.sealing import Sealer, is_waiting, requeue
from webapp.actions.sealing.stopped import CannotSeal, CopyNotKept, LedgerBehind, OtherLog

__all__ = [
    "CannotSeal",
    "CopyNotKept",
    "Growth",
    "LedgerBehind",
    "OtherLog",
    "Proven",
    "Sealer",
    "Status",
    "checkpoint",
    "growth",
    "growth_proof",
    "is_waiting",
    "leaf",
    "places",
    "prove",
    "requeue",
    "sealed",
    "status",
    "tile",
    "why_behind",
    "why_silent",
]
