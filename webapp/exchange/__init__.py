"""Files of credits: bytes in, entries out, and back. No Flask, no SQL."""
