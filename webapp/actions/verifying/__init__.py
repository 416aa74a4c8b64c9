"""Verifying that nothing in the database was edited: leaves, rows, sums, signatures."""

from webapp.actions.verifying.rows import Disagreement
from webapp.actions.verifying.signed import Copy
from webapp.actions.verifying.whole import Agreed, verify

__all__ = ["Agreed", "Copy", "Disagreement", "verify"]
