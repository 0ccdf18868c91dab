"""What Celery may do: look for approved work and mail, and show that it is alive. Each calls one function and logs."""

import structlog
from celery import shared_task

from verification import outbox, publishing, pulses, throttling

log = structlog.get_logger()


@shared_task
def publish_due() -> None:
    """Publish what is approved. Running it 0, 1 or n times comes to the same."""
    while (outcome := publishing.publish_due()).taken:
        log.info("published", taken=outcome.taken, published=outcome.published, parked=outcome.parked)
        if not outcome.published and not outcome.sent_back:
            break


@shared_task
def send_mail() -> None:
    """Send the mail that is due. Running it 0, 1 or n times comes to the same."""
    outbox.send_due()


@shared_task
def forget_mail() -> None:
    """Forget the mail of a month ago."""
    if forgotten := outbox.forget():
        log.info("mail_forgotten", mails=forgotten)


@shared_task
def heartbeat() -> None:
    """Beat, broker, worker and database are all there, or this row grows old."""
    pulses.beat("worker")


@shared_task
def forget_tries() -> None:
    """Delete the counters of tries that count no more."""
    log.info("tries_forgotten", counters=throttling.forget_old())
