"""Writing a serial number for some of a record's units, in the form in which its registry writes them."""

from webapp.domain import grammars, wording
from webapp.domain.blocks import Block, Blocks
from webapp.domain.lifecycle import Record


def serial_of(record: Record, block: Block) -> str:
    """The serial number of a block of the record, with the block's own first and last number.

    A serial number without numbers of its own stands as it is, with the units behind it:
    "VCS-2220, units 1-40".
    """
    if block == record.block and _has_run(record.serial_number):
        return record.serial_number
    grammar = grammars.grammar_of(record.serial_number)
    if grammar is not None:
        return _by_grammar(grammar, record.serial_number, block)
    return _cdm(record.serial_number, block) or (
        f"{record.serial_number}, {wording.unit_numbers(Blocks((block,))).lower()}"
    )


def _has_run(serial_number: str) -> bool:
    return (
        grammars.grammar_of(serial_number) is not None
        or grammars.CDM_SHAPE.match(serial_number) is not None
    )


def _by_grammar(grammar: grammars.Grammar, serial_number: str, block: Block) -> str:
    parts = grammar.read(serial_number.split("-"))
    if "run of units" in parts:  # exports write a single unit as "7 to 7"
        parts["run of units"] = f"{block.first} to {block.last}"
    else:
        parts["first unit"], parts["last unit"] = str(block.first), str(block.last)
        if grammar is grammars.GS and block.first == block.last:
            del parts["last unit"]  # Gold Standard writes a single unit without it
    return "-".join(parts.values())


def _cdm(serial_number: str, block: Block) -> str | None:
    match = grammars.CDM.fullmatch(serial_number)
    if match is None:
        return None
    country, rest = match[1], match[3]
    first, last = (f"{country}-5-{number}-{rest}" for number in block)
    return first if first == last else f"{first} - {last}"
