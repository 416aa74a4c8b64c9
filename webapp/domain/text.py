"""How text that people type becomes text that is stored, compared and hashed."""

import re
import unicodedata

# The White_Space property of Unicode. Python's \s also takes U+001C to U+001F, which are controls.
_WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_WHITE_RUN = re.compile(f"[{_WHITE_SPACE}]+")
_WHITE_RUN_IN_LINE = re.compile(f"[{_WHITE_SPACE.replace(chr(10), '')}]+")
_LINE_END = re.compile("\r\n?|[\x85\u2028\u2029]")
_INVISIBLE = re.compile("[\u200b\ufeff]")
_BIDIRECTIONAL = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
# Unicode's category Cc, and what turns the direction of writing.
_REFUSED = re.compile(f"[\x00-\x1f\x7f-\x9f{_BIDIRECTIONAL}]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Most text is like this, and normalising it would change nothing.
_NORMAL = re.compile("[!-~]+(?: [!-~]+)*")


def normalise(text: str) -> str:
    """One line of text: composed (NFC), each run of white space one space, trimmed.

    Zero-width spaces and byte-order marks are dropped. Raises ValueError, with a sentence, for
    control characters, surrogates and bidirectional controls: they make two texts look alike
    that are not, or one look like another.
    """
    if _NORMAL.fullmatch(text):
        return text
    _refuse_surrogates(text)
    kept = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    # Dropping a character can bring a letter and its accent together: compose once more, so that
    # normalising what was normalised changes nothing (an id must not depend on how often).
    line = unicodedata.normalize("NFC", _WHITE_RUN.sub(" ", kept)).strip(" ")
    _refuse_controls(line)
    return line


def normalise_note(text: str) -> str:
    """Like normalise, but the line feeds stay; carriage returns become line feeds."""
    if _NORMAL.fullmatch(text):
        return text
    _refuse_surrogates(text)
    kept = _LINE_END.sub("\n", _INVISIBLE.sub("", unicodedata.normalize("NFC", text)))
    lines = (_WHITE_RUN_IN_LINE.sub(" ", line).strip(" ") for line in kept.split("\n"))
    note = unicodedata.normalize("NFC", "\n".join(lines)).strip("\n")
    _refuse_controls(note.replace("\n", ""))
    return note


def _refuse_surrogates(text: str) -> None:
    if _SURROGATE.search(text):
        raise ValueError("Half a character (a lone surrogate) stands in it; type it again.")


def _refuse_controls(text: str) -> None:
    found = _REFUSED.search(text)
    if found is None:
        return
    character = found[0]
    if character in _BIDIRECTIONAL:
        raise ValueError(
            f"U+{ord(character):04X} stands in it, which turns the direction of writing; remove it."
        )
    raise ValueError(f"The control character U+{ord(character):04X} stands in it; remove it.")


_FOLDED_LENGTH = 600
# Letters that Unicode does not take apart into a plain one and a mark.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})  # fmt: skip


def fold(text: str) -> str:
    """The text as it is searched: without case, accents and the differences that nobody types.

    At most 600 letters of it, which an index can hold; some single characters fold to eighteen.
    """
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(one for one in apart if not unicodedata.combining(one)).casefold()
    return _WHITE_RUN.sub(" ", plain.translate(_PLAIN)).strip(" ")[:_FOLDED_LENGTH]
