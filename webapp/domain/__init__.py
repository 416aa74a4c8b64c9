"""The rules of the registry. No Flask, no SQL."""
