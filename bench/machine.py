"""The card of the machine a bench ran on: what a ratio may depend on, nothing that names the machine."""

import os
import platform
from pathlib import Path

import django
import psycopg
import rest_framework

from bench.stage import Stage


def card(stage: Stage) -> dict[str, str]:
    """Processor, memory, versions, and how busy the machine is."""
    with stage.cluster.connect() as connection:
        row = connection.execute("SHOW server_version").fetchone()
    return {
        "processor": _processor(),
        "processors": str(os.cpu_count()),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GB",
        "system": platform.system(),
        "python": platform.python_version(),
        "postgresql": str(row[0]).split()[0] if row else "",
        "django": django.get_version(),
        "rest framework": rest_framework.VERSION,
        "psycopg": psycopg.__version__,
        "load": " ".join(f"{load:.1f}" for load in os.getloadavg()),
    }


def busy() -> bool:
    """Whether others want the processor too: then waiting for it says more than computing."""
    return os.getloadavg()[0] > (os.cpu_count() or 1) / 2


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text().splitlines() if path.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()
