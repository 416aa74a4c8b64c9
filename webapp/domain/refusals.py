"""Every way in which Cairn says no. The sentence is for people; webapp/errors.py knows the statuses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field: its JSON name and a sentence."""

    field: str
    message: str


class Refusal(Exception):
    """A request that is refused. Its text says what holds now and what can be done.

    `errors` names the fields at fault, if any are; `record_id` the other record that is in the way.
    """

    code: ClassVar[str]
    record_id: str | None = None

    def __init__(self, detail: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)

    @classmethod
    def at(cls, field: str, detail: str, record_id: str | None = None) -> "Refusal":
        """The refusal whose reason lies in one field, and perhaps in another record."""
        refusal = cls(detail, [FieldError(field, detail)])
        refusal.record_id = record_id
        return refusal


class InvalidFields(Refusal):
    """The fields of a command are missing, malformed or contradict each other."""

    code = "invalid_fields"

    def __init__(self, errors: Sequence[FieldError]) -> None:
        # A field without a name is the body itself.
        named = (
            f"{error.field}: {error.message}" if error.field else error.message for error in errors
        )
        super().__init__(" ".join(named), errors)


class InvalidQuery(Refusal):
    """A parameter of an address is unknown or malformed."""

    code = "invalid_query"


class InvalidKey(Refusal):
    """The Idempotency-Key is empty, too long, or not printable."""

    code = "invalid_idempotency_key"

    def __init__(self) -> None:
        super().__init__("An Idempotency-Key has 1 to 255 printable characters.")


class RecordNotFound(Refusal):
    """No record has this id."""

    code = "not_found"

    def __init__(self) -> None:
        super().__init__("Record not found")


class FileRefused(Refusal):
    """A file as a whole cannot be read, so none of its rows were."""

    code = "file_refused"


class FileTooLarge(FileRefused):
    """More than a browser may send."""

    code = "file_too_large"

    def __init__(self) -> None:
        super().__init__(
            "The file is larger than 1 GiB; use `flask records import FILE` on the server, which has "
            "no limit."
        )


class NoRoomForFile(FileRefused):
    """The server has no room for what is sent to it."""

    code = "no_room_for_file"

    def __init__(self) -> None:
        super().__init__(
            "The server's disk is full, so the file could not be kept. Whoever runs this registry has "
            "to make room; then send it again."
        )


class ImportNotFound(Refusal):
    """No import has this number."""

    code = "import_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such import. The imports page lists all of them.")


class ImportNotWaiting(Refusal):
    """An import that was confirmed or discarded already is to be confirmed or discarded."""

    code = "import_not_waiting"

    def __init__(self) -> None:
        super().__init__(
            "This import was confirmed or discarded before, perhaps in another window. Its page says "
            "how far it came."
        )


class AllOrNothing(Refusal):
    """A row that is good, in a file that goes in whole or not at all, and has bad rows."""

    code = "all_or_nothing"

    def __init__(self) -> None:
        super().__init__(
            "This row is good. It was not added because the file was to go in whole or not at all and "
            "other rows were refused."
        )


class NotIssued(Refusal):
    """No record has these units, and the row that ends them may not bring them along."""

    code = "not_issued"


class EventDiffers(Refusal):
    """A row tells of an event by its number, and the record has another one there."""

    code = "event_differs"


class TooManyRows(Refusal):
    """The records asked for are more rows than a spreadsheet is made of."""

    code = "too_many_rows"


class EventNotFound(Refusal):
    """The record has no event with this number, or there is no such record."""

    code = "event_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such event. The record's page lists its events.")


class NotInLog(Refusal):
    """The log has no such tile, or was never of this size."""

    code = "not_in_log"


class ProofWaits(Refusal):
    """An event is on its way into the log: it has no proof yet."""

    code = "proof_waits"

    def __init__(self) -> None:
        super().__init__(
            "It waits to be sealed, which usually takes about a second. Ask again then."
        )


class AccountNotFound(Refusal):
    """No staff account has this number."""

    code = "account_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such account. The staff page lists all of them.")


class TokenNotFound(Refusal):
    """No API token has this number."""

    code = "token_not_found"

    def __init__(self) -> None:
        super().__init__("There is no such token. The tokens page lists all of them.")


class SessionNotFound(Refusal):
    """The person has no session with this number."""

    code = "session_not_found"

    def __init__(self) -> None:
        super().__init__(
            "You have no such session: it may be over by now, or be somebody else's. "
            "Your account's page lists yours."
        )


class DoneAlready(Refusal):
    """This very form was carried out before, and its answer was shown then and never again."""

    code = "done_already"


class SerialNotFound(RecordNotFound):
    """No record holds the units of this serial number."""

    def __init__(self, serial: str) -> None:
        Refusal.__init__(
            self,
            f'No record here holds the serial number "{serial}". Check it against the paper it comes '
            "from, or search for the project's name.",
        )


class RecordDiffers(Refusal):
    """A record with this id exists, with other fields."""

    code = "record_differs"


class BlockTaken(Refusal):
    """Some of these units were issued in another record."""

    code = "block_taken"


class SeriesDiffers(Refusal):
    """The batch of this serial number is known with another country, project, type or label."""

    code = "series_differs"


class NothingLeft(Refusal):
    """The action may take units, but the record has none of that kind left."""

    code = "nothing_left"


class AlreadyRetired(NothingLeft):
    """Every unit of the record has ended, by retirement or partly by cancellation."""

    code = "already_retired"


class NotEnoughUnits(Refusal):
    """More units were asked for than the action may take."""

    code = "not_enough_units"


class UnitsNotAvailable(Refusal):
    """Some of the units named cannot be taken: they ended, are somebody's, or are not in the record."""

    code = "units_not_available"


class NotASale(Refusal):
    """The event named as the sale is not a sale of this record."""

    code = "not_a_sale"


class NotARetirement(Refusal):
    """The event whose certificate is asked for is no retirement, or there is no such event."""

    code = "not_a_retirement"


class TooManyBlocks(Refusal):
    """The units lie in more blocks than one event may hold."""

    code = "too_many_blocks"


class NotAsForeseen(Refusal):
    """The units that a preview showed are not those that would be taken now."""

    code = "not_as_foreseen"

    def __init__(self) -> None:
        super().__init__(
            "The form was changed after the preview, or somebody else took units meanwhile, so nothing "
            "was done. This is what will be done now; press again."
        )


class KeyReused(Refusal):
    """The Idempotency-Key was used for another request."""

    code = "idempotency_key_reused"


class SignInNeeded(Refusal):
    """Nobody is signed in, or the token is missing, unknown or revoked."""

    code = "sign_in_needed"


class SignInRefused(Refusal):
    """Email and password do not belong together, or the account is disabled."""

    code = "sign_in_refused"


class NotAllowed(Refusal):
    """The role of the account or token does not allow it."""

    code = "not_allowed"


class RefusedByDatabase(Refusal):
    """The database refused what the rules let through: a rule is missing in the code."""

    code = "refused_by_database"

    def __init__(self) -> None:
        super().__init__(
            "The database refused this because it breaks a rule of the ledger. Nothing was saved."
        )


class Unavailable(Refusal):
    """Not refused for what it is: the database cannot answer now."""

    code = "unavailable"


class DatabaseAway(Unavailable):
    """The database does not answer."""

    code = "database_away"

    def __init__(self) -> None:
        super().__init__(
            "The database cannot be reached. Nothing was saved; try again in a few seconds."
        )


class Busy(Unavailable):
    """Others hold the record's lock, or all connections, for too long."""

    code = "busy"

    def __init__(self) -> None:
        super().__init__(
            "Others are working on this right now. Nothing was saved; try again in a few seconds."
        )


class TooManyDownloads(Unavailable):
    """As many files are being downloaded as can be without keeping everybody else waiting."""

    code = "too_many_downloads"

    def __init__(self) -> None:
        super().__init__("Several others are downloading records right now. Try again in a minute.")


class PdfNotMade(Unavailable):
    """The PDF of a certificate could not be set."""

    code = "pdf_not_made"

    def __init__(self) -> None:
        super().__init__(
            "The PDF could not be made just now. The certificate's page, the same address without "
            ".pdf, says all that it says and can be printed; or try again in a few seconds."
        )


class StorageFull(Unavailable):
    """The database has no room left."""

    code = "storage_full"

    def __init__(self) -> None:
        super().__init__(
            "The database's disk is full. Nothing was saved; whoever runs this registry has to make "
            "room."
        )


class OutcomeUnknown(Unavailable):
    """The connection broke while the change was being committed."""

    code = "outcome_unknown"

    def __init__(self) -> None:
        super().__init__(
            "The database went away while saving, so this may or may not have been saved. Look at the "
            "record before you try again, or repeat the request with the same Idempotency-Key."
        )
