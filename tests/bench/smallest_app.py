"""The smallest FastAPI endpoint that validates: what any answer over HTTP costs at least."""

import os
from typing import Annotated

from fastapi import FastAPI, Query, Response

BODY = b"x" * int(os.environ.get("SMALLEST_BYTES", "2000"))

app = FastAPI()


@app.get("/smallest")
async def smallest(
    lat: Annotated[float, Query(ge=-90, le=90)], lon: Annotated[float, Query(ge=-180, le=180)]
) -> Response:
    del lat, lon
    return Response(BODY, media_type="application/geo+json")
