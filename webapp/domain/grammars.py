"""The serial numbers of the carbon registries, part by part, as their exports write them.

Read off the public exports of Verra, Gold Standard, ACR, CAR and ART. All runs are inclusive.
"""

import re
from dataclasses import dataclass
from functools import cached_property

_DIGITS = r"[0-9]+"
# A number that units are counted with: no leading zero, or one block could be written twice.
_COUNTED = r"(?:0|[1-9][0-9]*)"
_RUN = rf"{_COUNTED} to {_COUNTED}|{_COUNTED}"


@dataclass(frozen=True)
class Part:
    """One part of a serial number: its name, its pattern, and the pattern in words."""

    name: str
    pattern: str
    words: str

    def accepts(self, text: str) -> bool:
        """Whether the text is such a part, from end to end."""
        return re.fullmatch(self.pattern, text) is not None


@dataclass(frozen=True)
class Grammar:
    """The form of one registry's serial numbers: parts joined by hyphens."""

    registry: str  # the code that the record's registry field must bear
    parts: tuple[Part, ...]
    example: str

    @property
    def article(self) -> str:
        """What stands before its registry in a sentence."""
        return "an" if self.registry.startswith("A") else "a"

    @cached_property
    def _whole(self) -> re.Pattern[str]:
        """All parts at once, for sound serial numbers: an import reads a million of them."""
        return re.compile("-".join(f"(?:{part.pattern})" for part in self.parts))

    def mistake(self, pieces: list[str]) -> str | None:
        """What is wrong with the pieces, as a sentence; None if nothing is."""
        if self._whole.fullmatch("-".join(pieces)):
            return None
        if len(pieces) != len(self.parts):
            return f"it has {len(pieces)} parts joined by hyphens instead of {len(self.parts)}"
        for place, (part, piece) in enumerate(zip(self.parts, pieces, strict=True), start=1):
            if not part.accepts(piece):
                named = f", the {part.name}," if part.name != part.words else ""
                return f'part {place}{named} must be {part.words}, not "{piece}"'
        return None

    def read(self, pieces: list[str]) -> dict[str, str]:
        """The pieces by the names of their parts."""
        return {part.name: piece for part, piece in zip(self.parts, pieces, strict=True)}


_BATCH = Part("batch", _COUNTED, "a whole number without leading zeros")
_FIRST = Part("first unit", _COUNTED, "a whole number without leading zeros")
_LAST = Part("last unit", _COUNTED, "a whole number without leading zeros")
_SPAN = Part("run of units", _RUN, 'two whole numbers without leading zeros joined by " to "')
_COUNTRY = Part("country", "[A-Z]{2}", "two capital letters")
_TYPE = Part("project type", _DIGITS, "digits")
_PROJECT = Part("project", _DIGITS, "digits")
_GS_PROJECT = Part("project", "(?:GS)?[0-9]+", "digits, or GS and digits")
_VINTAGE = Part("vintage", "[0-9]{4}", "a year of four digits")
_VERIFIER = Part("verifier", "[0-9]{3,4}", "three or four digits")
_START = Part("vintage start", "[0-9]{8}", "a day as ddmmyyyy")
_END = Part("vintage end", "[0-9]{8}", "a day as ddmmyyyy")
_LABEL = Part("label", "[01]", "0 or 1")


def _word(*words: str) -> Part:
    words_in_words = " or ".join(words)
    return Part(words_in_words, "|".join(words), words_in_words)


VCS = Grammar(
    "VCS",
    (_BATCH, _FIRST, _LAST, _word("VCS"), _word("VCU"), _VERIFIER, _word("VER"), _COUNTRY, _TYPE,
     _PROJECT, _START, _END, _LABEL),
    "19385-941467007-941467431-VCS-VCU-1507-VER-ET-14-1340-01012020-31122020-1",
)  # fmt: skip
VCS_LEGACY = Grammar(
    "VCS",
    (_BATCH, _FIRST, _LAST, _word("VCU"), _VERIFIER, _word("MER", "APX"), _COUNTRY, _TYPE,
     _PROJECT, _START, _END, _LABEL),
    "240-7863589-7889021-VCU-003-APX-IN-1-101-01042006-18032007-0",
)  # fmt: skip
_GS_HEAD = (_word("GS1"), _word("1"), _COUNTRY, _GS_PROJECT, _TYPE, _VINTAGE, _BATCH)
GS = Grammar("GS", (*_GS_HEAD, _FIRST, _LAST), "GS1-1-KE-GS11603-16-2025-30256-110-5463")
GS_SINGLE = Grammar("GS", (*_GS_HEAD, _FIRST), "GS1-1-KE-GS11603-16-2025-30256-200")
ACR = Grammar(
    "ACR",
    (_word("ACR"), _COUNTRY, _PROJECT, _VINTAGE, _BATCH, _SPAN),
    "ACR-FR-1129-2025-2917-30932 to 35143",
)
CAR = Grammar(
    "CAR",
    (_word("CAR"), _word("1", "ROC"), _COUNTRY, _PROJECT, _TYPE, Part("developer", _DIGITS, "digits"),
     Part("state", "[A-Z]{2}", "two capital letters"), _VINTAGE, _BATCH, _SPAN),
    "CAR-ROC-US-2056-129-2283-WV-2025-8969-1 to 260294",
)  # fmt: skip
ART = Grammar(
    "ART",
    (_word("ART"), _COUNTRY, Part("program", _DIGITS, "digits"), _VINTAGE, _BATCH, _SPAN),
    "ART-GY-102-2019-3-2500001 to 2600000",
)
_CDM_SIDE = rf"([A-Z]{{2}})-5-({_COUNTED})-({_COUNTED}-{_COUNTED}-(?:0-)?{_COUNTED})"
CDM = re.compile(f"{_CDM_SIDE} - {_CDM_SIDE}")
CDM_SINGLE = re.compile(_CDM_SIDE)
CDM_SHAPE = re.compile("[A-Z]{2}-5-[0-9]+-[0-9]+-[0-9]+-", re.IGNORECASE)
CDM_EXAMPLE = "RW-5-1463953-2-2-0-7014 - RW-5-1467609-2-2-0-7014"


def grammar_of(serial_number: str) -> Grammar | None:
    """The grammar that a serial number's shape calls for; None for free text.

    Letters of any case count for the shape, so that nobody registers a block a second time in
    small letters: the grammar then refuses them.
    """
    shape = serial_number.upper()
    hyphens = shape.count("-")
    if "-VCU-" in shape:
        return VCS if "-VCS-VCU-" in shape else VCS_LEGACY
    if shape.startswith("GS1-"):
        return GS_SINGLE if hyphens == len(GS_SINGLE.parts) - 1 else GS
    if hyphens >= 4:
        return {"ACR-": ACR, "CAR-": CAR, "ART-": ART}.get(shape[:4])
    return None
