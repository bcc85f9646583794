"""What Lighthouse says of a page: a score for each category, and what it marked down."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from typing import Any

PATIENCE_S = 300
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    # Only this machine is found, whatever is asked for.
    '--host-resolver-rules="MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"',
)


@dataclass(frozen=True)
class Audit:
    """One run of Lighthouse."""

    scores: dict[str, float]
    """By category, 0 to 100."""
    faults: tuple[str, ...]
    """Each audit that counts and is not passed whole."""
    first_paint_ms: float
    """Of the phone and network that Lighthouse supposes; 0 where speed is not asked about."""


def what_is_missing() -> str:
    """Name what Lighthouse needs and this machine has not; blank if all is there."""
    return next((name for name in ("lighthouse", "chromium") if shutil.which(name) is None), "")


def audit(address: str, *categories: str) -> Audit:
    """Let Lighthouse look at a page as a phone shows it."""
    command = (
        "lighthouse",
        address,
        "--quiet",
        "--no-enable-error-reporting",
        "--output=json",
        "--output-path=stdout",
        f"--only-categories={','.join(categories)}",
        f"--chrome-flags={' '.join(FLAGS)}",
    )
    environ = {**os.environ, "CHROME_PATH": str(shutil.which("chromium"))}
    ended = subprocess.run(
        command, env=environ, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    if ended.returncode != 0:
        raise RuntimeError(ended.stderr[-2000:])
    found: dict[str, Any] = json.loads(ended.stdout)
    if "runtimeError" in found:
        raise RuntimeError(found["runtimeError"]["message"])
    paint = found["audits"].get("first-contentful-paint", {}).get("numericValue", 0.0)
    return Audit(
        {name: 100 * found["categories"][name]["score"] for name in categories},
        tuple(_faults(found)),
        paint,
    )


def _faults(found: dict[str, Any]) -> list[str]:
    counted = {
        part["id"]
        for category in found["categories"].values()
        for part in category["auditRefs"]
        if part["weight"]
    }
    return [
        f"{name}: {told['title']} ({told['score']})"
        for name, told in found["audits"].items()
        if name in counted and told["score"] is not None and told["score"] < 1
    ]
