"""What Celery does for imports: go on with them, and forget what nobody needs any more."""

import time
from typing import Final

import structlog
from celery import shared_task

from supplies.importing import imports

log = structlog.get_logger()

# With the longest step after it still below the limits of a task.
_SECONDS: Final = 10


@shared_task
def go_on_importing() -> None:
    """Read, judge and send what is due. Running it 0, 1 or n times comes to the same."""
    end = time.monotonic() + _SECONDS
    while imports.take_step():
        if time.monotonic() > end:
            imports.ring()
            return


@shared_task
def sweep_imports() -> None:
    """Forget what rows said a week after anybody touched them."""
    if closed := imports.sweep():
        log.info("imports_closed", imports=closed)
