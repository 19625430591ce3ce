"""A refresh whose changes are beyond expectation is held: nothing is published until a person allows it, and a report says why.

The checks ``mart_drift_*`` hold it; how far is expected stands in ``sql/reference/expectation.csv``.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from exports.pages.changes import changes_page
from exports.pages.page import Block, Bullets, Paragraph, Section, as_markdown
from orchestration.resources import Warehouse
from transforms.errors import InputError
from warehouse import durable
from warehouse.checks import CheckResult
from warehouse.home import release, report_path
from warehouse.publish import new_stamp
from warehouse.store import run

log = logging.getLogger("schoolmatch")

DRIFT = "mart_drift_"
ALLOW = "schoolmatch refresh --source {} --accept-changes"


def hold(warehouse: Warehouse, results: Sequence[CheckResult]) -> InputError | None:
    """Write the report where a drift check has failed; returns the error to raise where that alone stops the refresh."""
    failed = [result for result in results if not result.passed]
    drift = [result for result in failed if result.check.name.startswith(DRIFT)]
    if not drift:
        return None
    ((source, is_synthetic),) = run(warehouse.connection, "select source, is_synthetic from mart.refresh")
    allow = ALLOW.format(source if source in ("live", "sample") else f"<the folder {source}>")
    above: list[Block] = [
        Paragraph("Held: nothing was published. What was published before is as it was.", "warning"),
        Section("Why it is held"),
        Bullets([f"{result.check.what} Found: {result.examples}. Why it matters: {result.check.why}" for result in drift]),
        Section("What to do"),
        Bullets(
            [
                "Read below what differs and why. Causes that are news (new judgements, new results) are no fault of the files; a "
                "cause that stands for thousands of schools, or not explained, often is.",
                "If a file is wrong, take it out or fetch it again, and refresh.",
                f"If the changes are right, allow them once: {allow}. This report is removed then.",
            ]
        ),
    ]
    page = changes_page(warehouse.connection, is_synthetic=bool(is_synthetic), before=above)
    place = warehouse.place
    release(place, source)  # of a source, the newest report is the one to read
    durable.make_folder(place.held)
    path = report_path(place, new_stamp(place), source)
    durable.write(path, as_markdown(page).encode())
    log.error("held: the report is %s", path)
    if len(drift) < len(failed):
        return None  # another check has failed as well, and says what is wrong
    names = ", ".join(result.check.name for result in drift)
    return InputError(
        f"The refresh is held, because far more has changed than expected ({names}); what was published before is as it was",
        file=str(path),
        do=f"read that report; if the changes are right, allow them once: {allow}",
    )
