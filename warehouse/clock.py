"""What time it is: asked here alone, so that a test can set it. Nothing is put in order by it alone (``warehouse/publish.py``)."""

from datetime import UTC, datetime


def now() -> datetime:
    """Now, by this machine's clock, in UTC, to the second. It may be wrong, and may have gone back."""
    return datetime.now(UTC).replace(microsecond=0)
