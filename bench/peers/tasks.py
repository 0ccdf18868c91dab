"""The peer's task."""

from celery import shared_task

from bench.peers import publishing


@shared_task(ignore_result=True)
def publish(pk: int) -> None:
    """Publish one approved submission."""
    publishing.publish_one(pk)
