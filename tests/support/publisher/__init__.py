"""A pretend publisher on loopback: the real paths, headers, JSON and paging of the four publishers, and their faults.

Its files are the synthetic sample's under the publishers' genuine headers (``tests/support/relaid.py``). ``govuk``, ``ees`` and
``arcgis`` hold the shapes of the answers, as they were seen or as the publisher's own schema has them; ``server`` serves them;
``use`` is what a test needs beside it.
"""

from tests.support.publisher.govuk import GOVUK, TITLE, Attachment
from tests.support.publisher.server import GIAS, Fault, Publisher, Request
from tests.support.publisher.use import Fetch, in_place, live_environment, one_row_less, small_cards

__all__ = [
    "GIAS",
    "GOVUK",
    "TITLE",
    "Attachment",
    "Fault",
    "Fetch",
    "Publisher",
    "Request",
    "in_place",
    "live_environment",
    "one_row_less",
    "small_cards",
]
