"""Parts of paths that name something, each described once."""

from typing import Annotated

from fastapi import Path

FacilityId = Annotated[
    str,
    Path(
        description="The facility's id; slashes may stand in it as they are.",
        examples=["cabinet-changhuai"],
    ),
]
IssueId = Annotated[
    str,
    Path(
        description="The issue's id; slashes may stand in it as they are.", examples=["issue-006"]
    ),
]
PhotoId = Annotated[
    str,
    Path(
        description="The photo's id, 32 hexadecimal digits.",
        examples=["0123456789abcdef0123456789abcdef"],
    ),
]
TaskId = Annotated[str, Path(description="The task's id.", examples=["t-0123456789ab"])]
VoucherCode = Annotated[
    str, Path(description="As it stands on the voucher.", examples=["12-ABCDEFGHIJ"])
]
Period = Annotated[str, Path(description="A month that is released.", examples=["2026-10"])]
ProblemCode = Annotated[
    str, Path(description="The last word of a problem's `type`.", examples=["not-found"])
]
MapName = Annotated[
    str,
    Path(
        description="`public`, `planner`, or the name of a layer.",
        examples=["public", "facilities"],
    ),
]
Drawing = Annotated[
    str, Path(description="Which drawing, as its page says.", examples=["0123456789abcdef"])
]
PartName = Annotated[
    str, Path(description="Which part, as the page says.", examples=["marks_issues"])
]
ReportToken = Annotated[
    str,
    Path(
        description="From the `Location` of the answer to a report.",
        examples=["r-0a1b2c3d4e5f.00112233445566778899aabbccddeeff"],
    ),
]
RequestId = Annotated[
    str, Path(description="The report's id, as it was answered.", examples=["issue-006"])
]
ServiceCode = Annotated[
    str, Path(description="A code of the list of services.", examples=["standing_water"])
]
