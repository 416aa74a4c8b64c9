"""The registries' codes, and the names that people and files write for them."""

CODES = {
    "verra": "VCS",
    "verified carbon standard": "VCS",
    "gold standard": "GS",
    "american carbon registry": "ACR",
    "climate action reserve": "CAR",
    "art trees": "ART",
}


def code_of(name: str) -> str:
    """The code of the registry that is named so ("Verra" is VCS), in any case; else the name itself."""
    return CODES.get(" ".join(name.casefold().split()), name)
