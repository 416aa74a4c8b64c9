"""Secrets: passwords under argon2id, and random ones of which only the SHA-256 is kept."""

import hashlib
import secrets
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from webapp.domain.refusals import FieldError, InvalidFields

SHORTEST_PASSWORD = 8
_LONGEST_PASSWORD = 1000  # hashing a longer one is work for the server and no gain

# Each takes 64 MiB for a moment: so many at once in a process, and no more.
_at_once = BoundedSemaphore(2)
_hasher = PasswordHasher()  # argon2id with the parameters of RFC 9106
# Checked when there is no such account, so that the time taken does not tell. Of a random password
# that was not kept; written out, since making it anew takes each process 64 MiB when it starts.
_NOBODYS = (
    "$argon2id$v=19$m=65536,t=3,p=4$B9xPZfZjsaW55NFzscdLvw$M0oT70"
    "oKxI3D2z7t2uVXqlms+C/gmW6akcMbXbQY9KA"
)


def hash_password(password: str) -> str:
    """The password's argon2id hash. Raises InvalidFields for one that is too short or too long."""
    if len(password) < SHORTEST_PASSWORD:
        message = f"A password has {SHORTEST_PASSWORD} characters or more."
        raise InvalidFields([FieldError("password", message)])
    if len(password) > _LONGEST_PASSWORD:
        message = f"A password has {_LONGEST_PASSWORD} characters at most."
        raise InvalidFields([FieldError("password", message)])
    return _hasher.hash(password)


def password_fits(password_hash: str | None, password: str) -> bool:
    """Whether the password is the hashed one; takes as long when there is no hash at all."""
    try:
        with _at_once:
            fits = _hasher.verify(password_hash or _NOBODYS, password[: _LONGEST_PASSWORD + 1])
    except (VerificationError, InvalidHashError):
        return False
    return fits and password_hash is not None


def new_secret() -> str:
    """256 random bits, as text for a cookie or a header."""
    return secrets.token_urlsafe(32)


def new_password() -> str:
    """A random password that can be read aloud: four groups of four letters and digits."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike
    groups = ("".join(secrets.choice(alphabet) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def secret_hash(secret: str) -> bytes:
    """What is kept of a random secret. It needs no salt: nobody can guess 256 bits."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
