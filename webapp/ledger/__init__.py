"""The provable ledger: bytes in, proofs out. No Flask, no SQL.

What decides whether something holds stands in verifier.py, which an outsider can copy and run alone;
the other files make what it verifies.
"""
