"""GOV.UK's page of Ofsted's releases: as the content API has it, and as the page itself, of today and of before.

Seen in alphagov/publishing-api (content_schemas/dist/formats/statistical_data_set/frontend/schema.json, and a real attachment in
its documentation) and alphagov/whitehall (app/models/file_attachment.rb). Ids, sizes and times are made up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any, NamedTuple

GOVUK = "/government/statistical-data-sets/monthly-management-information-ofsteds-school-inspections-outcomes"
TITLE = "Management information - state-funded schools - latest inspections as at {}"

CSV = "text/csv"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHORT = {CSV: "CSV", ODS: "ODS", XLSX: "MS Excel Spreadsheet"}


class Attachment(NamedTuple):
    """One attachment; without a content type it is a page of its own ("html") or an address elsewhere ("external")."""

    title: str
    path: str
    content_type: str | None = CSV


def media_path(title: str, media: str, ending: str = "csv") -> str:
    """``/media/<24 hexadecimal digits>/<real name>``: the digits are new with every upload (``media`` stands for one)."""
    return f"/media/{hashlib.sha256(media.encode()).hexdigest()[:24]}/{title.replace(' ', '_')}.{ending}"


BESIDE = (
    Attachment(
        "Management information - state-funded schools - latest inspections as at 31 August 2025",
        media_path("Management information - state-funded schools - as at 31 August 2025", "ods", "ods"),
        ODS,
    ),
    Attachment(
        "Management information - state-funded schools - all inspections - year to date published by 31 Jul 2025",
        media_path("Management information - state-funded schools - all inspections - year to date 31 Jul 2025", "ytd"),
    ),
    Attachment(
        "Management information - schools - 1 September 2005 to 31 August 2015",
        media_path("Management information - schools - 1 Sept 2005 to 31 August 2015", "2005", "xlsx"),
        XLSX,
    ),
    Attachment(TITLE.format("30 Jun 2025"), media_path(TITLE.format("30 Jun 2025"), "june")),
    Attachment("Inspection outcomes: guidance on the figures", f"{GOVUK}/guidance-on-the-figures", None),
)
"""What the page lists beside the newest release: other formats, other lists, an older release with a short month, a page."""


def content_item(attachments: Sequence[Attachment], base: str) -> dict[str, Any]:
    """The answer of the content API."""
    made_up = "00000000-0000-4000-8000-000000000000"
    return {
        "base_path": GOVUK,
        "content_id": made_up,
        "description": "Monthly management information.",
        "document_type": "statistical_data_set",
        "first_published_at": "2014-04-01T09:30:00.000+01:00",
        "locale": "en",
        "phase": "live",
        "public_updated_at": "2025-09-11T09:30:03+01:00",
        "publishing_app": "whitehall",
        "publishing_scheduled_at": None,
        "rendering_app": "government-frontend",
        "scheduled_publishing_delay_seconds": None,
        "schema_name": "statistical_data_set",
        "title": "Monthly management information: Ofsted’s school inspections outcomes",
        "updated_at": "2025-09-11T09:30:05+01:00",
        "withdrawn_notice": {},
        "links": {"organisations": [], "available_translations": []},
        "details": {
            "attachments": [_listed(each, base, number) for number, each in enumerate(attachments)],
            "body": '<div class="govspeak"><section class="attachment embedded">…</section></div>',
            "change_history": [{"note": "First published.", "public_timestamp": "2014-04-01T09:30:00.000+01:00"}],
            "emphasised_organisations": [made_up],
            "first_public_at": "2014-04-01T09:30:00.000+01:00",
            "political": False,
            "tags": {"browse_pages": [], "topics": [], "policies": []},
        },
    }


def _listed(each: Attachment, base: str, number: int) -> dict[str, Any]:
    paper = {"command_paper_number": "", "hoc_paper_number": "", "isbn": "", "unique_reference": ""}
    unnumbered = {"unnumbered_command_paper": False, "unnumbered_hoc_paper": False}
    about = {"id": str(8485786 + number), "title": each.title, "url": base + each.path}
    if each.content_type is None:
        return about | paper | unnumbered | {"attachment_type": "html", "url": each.path}
    return about | {
        **paper,
        **unnumbered,
        "accessible": False,
        "alternative_format_contact_email": "enquiries@ofsted.gov.uk",
        "attachment_type": "file",
        "content_type": each.content_type,
        "file_size": 12345678,
        "filename": PurePosixPath(each.path).name,
    }


def page(attachments: Sequence[Attachment], base: str, *, is_older_style: bool) -> str:
    """The page itself; in its older style the title is a heading, and the link says "Download CSV 1.74KB"."""
    section = _older_section if is_older_style else _section
    sections = "".join(section(each, base) for each in attachments if each.content_type)
    return f'<!DOCTYPE html><html><body><h1>Monthly management information</h1><div class="govspeak">{sections}</div></body></html>'


def _section(each: Attachment, base: str) -> str:
    return (
        '<section class="gem-c-attachment"><div class="gem-c-attachment__details"><h3 class="gem-c-attachment__title">'
        f'<a class="govuk-link gem-c-attachment__link" href="{base}{each.path}">{each.title}</a></h3>'
        f'<p class="gem-c-attachment__metadata"><span>{_SHORT[str(each.content_type)]}</span>, <span>1.74 KB</span></p>'
        f'<p><a class="govuk-link" href="{base}{each.path}/preview">View online</a></p></div></section>'
    )


def _older_section(each: Attachment, base: str) -> str:
    short = _SHORT[str(each.content_type)]
    return (
        f'<section class="attachment embedded"><div class="attachment-details"><h2 class="title">{each.title}</h2>'
        f'<p class="metadata"><span class="preview"><strong><a href="{base}{each.path}/preview">View online</a></strong></span>'
        f'<span class="download"><a href="{base}{each.path}"><strong>Download {short}</strong> '
        '<span class="file-size">1.74KB</span></a></span></p></div></section>'
    )
