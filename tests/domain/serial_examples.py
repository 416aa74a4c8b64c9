"""Serial numbers: the examples of the registries' formats and others of the same shape."""

import pytest

from webapp.domain.refusals import InvalidFields
from webapp.domain.serials import read_serial

VCS = "19385-941467007-941467431-VCS-VCU-1507-VER-ET-14-1340-01012020-31122020-1"
VCS_LEGACY = "240-7863589-7889021-VCU-003-APX-IN-1-101-01042006-18032007-0"
GS = "GS1-1-KE-GS11603-16-2025-30256-110-5463"
GS_OLDER = "GS1-1-KH-1020-16-2012-325-1-22283"
ACR = "ACR-FR-1129-2025-2917-30932 to 35143"
CAR = "CAR-ROC-US-2056-129-2283-WV-2025-8969-1 to 260294"
ART = "ART-GY-102-2019-3-2500001 to 2600000"
CDM = "RW-5-1463953-2-2-0-7014 - RW-5-1467609-2-2-0-7014"

# registry, serial, quantity, series, remainder, block, vintage, project
READ = {
    "VCS": (
        "VCS", VCS, 425, "VCS#19385", "VCS-VCU-1507-VER-ET-14-1340-01012020-31122020-1",
        (941467007, 941467431), 2020, "1340",
    ),
    "VCS, verifier of three digits": (
        "VCS", "7-1-10-VCS-VCU-034-VER-BR-01-0007-15062018-14062019-0", 10, "VCS#7",
        "VCS-VCU-034-VER-BR-01-0007-15062018-14062019-0", (1, 10), 2018, "0007",
    ),
    "VCS, legacy with APX": (
        "VCS", VCS_LEGACY, 25433, "VCS#240", "VCU-003-APX-IN-1-101-01042006-18032007-0",
        (7863589, 7889021), 2006, "101",
    ),
    "VCS, legacy with MER": (
        "VCS", "1019-48811-48911-VCU-006-MER-CN-1-411-01012008-31122008-0", 101, "VCS#1019",
        "VCU-006-MER-CN-1-411-01012008-31122008-0", (48811, 48911), 2008, "411",
    ),
    "GS": (
        "GS", GS, 5354, "GS#30256", "GS1-1-KE-GS11603-16-2025", (110, 5463), 2025, "11603",
    ),
    "GS, older": (
        "GS", GS_OLDER, 22283, "GS#325", "GS1-1-KH-1020-16-2012", (1, 22283), 2012, "1020",
    ),
    "ACR": (
        "ACR", ACR, 4212, "ACR#2917", "ACR-FR-1129-2025", (30932, 35143), 2025, "1129",
    ),
    "CAR, ROC": (
        "CAR", CAR, 260294, "CAR#8969", "CAR-ROC-US-2056-129-2283-WV-2025", (1, 260294), 2025,
        "2056",
    ),
    "CAR, 1": (
        "CAR", "CAR-1-MX-1335-38-2064-JA-2019-77-12 to 31", 20, "CAR#77",
        "CAR-1-MX-1335-38-2064-JA-2019", (12, 31), 2019, "1335",
    ),
    "ART": (
        "ART", ART, 100000, "ART#3", "ART-GY-102-2019", (2500001, 2600000), 2019, "102",
    ),
    "CDM": (
        "GS", CDM, 3657, "CDM#RW-5-2-2-0-7014", "RW-5-2-2-0-7014", (1463953, 1467609), None, None,
    ),
    "CDM, without the nought": (
        "GS", "IN-5-100-1-2-889 - IN-5-149-1-2-889", 50, "CDM#IN-5-1-2-889", "IN-5-1-2-889",
        (100, 149), None, None,
    ),
    "free text": ("VCS", "VCS-2220", 110, "vcs:vcs-2220", "", (1, 110), None, None),
}  # fmt: skip
BY_GRAMMAR = {
    "VCS": (VCS, 425),
    "VCS_LEGACY": (VCS_LEGACY, 25433),
    "GS": (GS, 5354),
    "ACR": (ACR, 4212),
    "CAR": (CAR, 260294),
    "ART": (ART, 100000),
}


def refusal(registry, serial, quantity=1):
    """The one field at fault and its sentence."""
    with pytest.raises(InvalidFields) as caught:
        read_serial(registry, serial, quantity)
    (error,) = caught.value.errors
    return error.field, error.message
