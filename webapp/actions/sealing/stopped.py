"""Why nothing is sealed or signed, in sentences for whoever runs the registry."""

from webapp.domain.refusals import Unavailable


class LedgerBehind(Unavailable):
    """The database is behind what was signed, or differs from it: nothing more is signed."""

    code = "ledger_behind"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The ledger signs nothing: {why} Restore the newest backup; or, if this one is the "
            "newest, run `flask ledger seal --accept-restored`, which followers of the log will see."
        )


class OtherLog(Unavailable):
    """The key's name is not that of the log in the database."""

    code = "other_log"

    def __init__(self, log: str, key: str) -> None:
        super().__init__(
            f"The ledger signs nothing: the log is called {log}, and the key's name is {key}. Set "
            f"LEDGER_KEY to a key of the name {log}: a log has one for ever."
        )


class CannotSeal(Unavailable):
    """An event that no leaf can be made of, because somebody changed it past the application."""

    code = "cannot_seal"

    def __init__(self, record_id: str, seq: int, why: str) -> None:
        super().__init__(
            f"The ledger seals nothing: event {seq} of the record {record_id} cannot be a leaf: {why}. "
            "Put it right in the database, or restore a backup; `flask ledger verify` tells what "
            "else was changed."
        )


class CopyNotKept(Unavailable):
    """The newest checkpoint could not be kept outside the database."""

    code = "copy_not_kept"

    def __init__(self, folder: str, why: str) -> None:
        super().__init__(
            f"The newest checkpoint cannot be kept in {folder}: {why}. Make room there, or let the "
            "server write there: by this copy it notices that a database was restored from an old one."
        )
