"""Which file of a source is the newest, and where it is: one function per way of publishing.

Nothing is downloaded here but pages and answers of APIs; what arrives is judged in ``live.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urljoin

from transforms.layouts.layout import date_in_name
from warehouse.sources import arcgis
from warehouse.sources.cards import ArcgisLayer, ArcgisTable, Card, EesDataSet, GiasDaily, GovukAttachments, Past
from warehouse.sources.http import Client, FetchError, NotThereError
from warehouse.sources.settings import Addresses

DAYS_BACK = 14
"""How many days before today a daily file is looked for."""

EES_PAGE = 20
"""Versions on a page of the list of Explore Education Statistics: the most that it gives."""


@dataclass(frozen=True)
class Remote:
    """A file a publisher offers.

    ``name``: what it is saved as. ``published``: the date it speaks of or was published. ``release``: stable identifier of the
    issue. ``is_fixed``: the bytes of a release never change. ``held``: a newer one is there and is not taken; why, and what to do.
    ``table``: it is a table read in pages, and these are its columns.
    """

    url: str
    name: str
    published: date | None
    release: str
    is_fixed: bool = False
    held: str | None = None
    table: tuple[str, ...] = ()


def find_newest(card: Card, addresses: Addresses, client: Client, today: date, last_release: str | None = None) -> Remote:
    """The newest file of a source. ``last_release``: of the last good one. Raises FetchError where none can be found."""
    match card.finder:
        case GiasDaily():
            return _gias_daily(card.finder, addresses, client, today)
        case GovukAttachments():
            return _govuk_attachment(card.finder, addresses, client, today)
        case EesDataSet():
            return _ees_version(card.finder, addresses, client, last_release)
        case ArcgisLayer():
            return Remote(arcgis.layer_url(card.finder, addresses), card.finder.save_as, None, card.finder.layer)
        case ArcgisTable(item=item, columns=columns, save_as=save_as):
            url, modified = arcgis.table_url(card.finder, addresses, client)
            return Remote(url, save_as, None, f"{item}@{modified:%Y-%m-%dT%H:%M:%SZ}", is_fixed=True, table=columns)


def _gias_daily(finder: GiasDaily, addresses: Addresses, client: Client, today: date) -> Remote:
    base = f"{addresses.gias}/edubase/downloads/public/"
    for days in range(DAYS_BACK + 1):
        day = today - timedelta(days=days)
        name = finder.file.format(date=f"{day:%Y%m%d}")
        if client.exists(base + name):
            return Remote(base + name, name, day, f"{day:%Y-%m-%d}")
    problem = f"No daily file of the {DAYS_BACK} days to {today:%d %B %Y} is there"
    raise FetchError(problem, base + finder.file, "check this machine's clock, and the landing page for a new address")


def find_past(card: Card, addresses: Addresses, client: Client, today: date) -> list[tuple[Past, Remote]]:
    """The releases beside the newest that a card needs, the newest first. Raises FetchError where the page cannot be read."""
    if not card.past or not isinstance(card.finder, GovukAttachments):
        return []
    listed = _listed(card.finder, addresses, client)
    return [
        (past, remote)
        for past in card.past
        for remote in _dated(past.title_pattern, past.save_as, listed, today)
        if past.since is None or (remote.published and remote.published >= past.since)
    ]


@dataclass(frozen=True)
class _Attachment:
    title: str
    url: str
    is_csv: bool


def _govuk_attachment(finder: GovukAttachments, addresses: Addresses, client: Client, today: date) -> Remote:
    """The newest by the date in its title: the list is in no promised order, and the media id changes every month."""
    found = _dated(finder.title_pattern, finder.save_as, _listed(finder, addresses, client), today)
    if not found:
        raise FetchError(
            "Neither the content API nor the page names a CSV file with the title looked for",
            addresses.govuk + finder.path,
            "look at the page; if the titles are worded anew, change title_pattern in the card",
        )
    return found[0]


def _listed(finder: GovukAttachments, addresses: Addresses, client: Client) -> list[_Attachment]:
    """The attachments of the page: by the content API; where it is down, or names none looked for, by the links of the page."""
    try:
        listed = _from_api(client.get_json(f"{addresses.govuk}/api/content{finder.path}"))
    except FetchError:
        listed = []
    if any(each.is_csv and re.search(finder.title_pattern, each.title, re.IGNORECASE) for each in listed):
        return listed
    page = addresses.govuk + finder.path
    return _from_page(client.get_text(page), page)


def _dated(title_pattern: str, save_as: str, attachments: Iterable[_Attachment], today: date) -> list[Remote]:
    """Those whose title matches, with a date up to today, the newest first; of one date the one that is listed first."""
    found: dict[date, Remote] = {}
    for attachment in attachments:
        title = re.search(title_pattern, attachment.title, re.IGNORECASE)
        day = date_in_name(title["date"]) if title and attachment.is_csv else None
        if day and day <= today and day not in found:
            media = re.search(r"/media/([^/]+)/", attachment.url)
            name = save_as.format(date=f"{day.day}_{day:%B_%Y}")
            found[day] = Remote(attachment.url, name, day, f"{media[1] if media else attachment.url}@{day}")
    return [found[day] for day in sorted(found, reverse=True)]


def _from_api(answer: Any) -> list[_Attachment]:
    """``details.attachments[]`` of the content API; nothing where the answer has another shape."""
    details = answer.get("details") if isinstance(answer, dict) else None
    attachments = details.get("attachments") if isinstance(details, dict) else None
    return [
        _Attachment(str(each.get("title", "")), str(each["url"]), str(each.get("content_type", "")).startswith("text/csv"))
        for each in attachments or ()
        if isinstance(each, dict) and each.get("url")
    ]


class _Links(HTMLParser):
    """Links of a page: (text, address); of one that says "Download CSV" the text is the heading above it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._open: str | None = None
        self._text = ""
        self._heading = ""
        self._is_in_heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._open, self._text = dict(attrs).get("href"), ""
        elif re.fullmatch(r"h[1-6]", tag):
            self._heading, self._is_in_heading = "", True

    def handle_data(self, data: str) -> None:
        self._text += data
        if self._is_in_heading:
            self._heading += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._open:
            text = self._heading if self._text.strip().lower().startswith("download") else self._text
            self.found.append((" ".join(text.split()), self._open))
            self._open = None
        elif re.fullmatch(r"h[1-6]", tag):
            self._is_in_heading = False


def _from_page(page: str, address: str) -> list[_Attachment]:
    links = _Links()
    links.feed(page)
    return [_Attachment(text, urljoin(address, href), href.lower().endswith(".csv")) for text, href in links.found]


def _ees_version(finder: EesDataSet, addresses: Addresses, client: Client, last_release: str | None) -> Remote:
    """The newest published version, unless its major number is new: then the newest of the major number landed before."""
    base = f"{addresses.ees}/statistics/v1/data-sets/{finder.data_set}"
    latest = client.get_json(base)
    versions: dict[tuple[int, ...], dict[str, Any]] = {}
    try:
        for each in (*_ees_listed(base, client), latest["latestVersion"]):
            versions.setdefault(tuple(int(part) for part in each["version"].split(".")), each)
        # The latest one, in short, has no status. A deprecated one can be had, and is what stays in use while a major one is held.
        usable = ("Published", "Deprecated")
        versions = {number: each for number, each in versions.items() if each.get("status", "Published") in usable}
        newest = max(versions)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        do = "look at the answer; if the API has changed, mend warehouse/sources/find.py"
        raise FetchError(f"The list of versions is not as expected ({type(error).__name__}: {error})", base, do) from error
    last_major = int(last_release.rpartition("@")[2].partition(".")[0]) if last_release else newest[0]
    accepted = max(last_major, finder.accept_major or 0)
    held = None
    if newest[0] > accepted:
        held = _why_held(versions[newest]["version"], base, client)
        newest = max((version for version in versions if version[0] <= accepted), default=())
        if not newest:
            raise FetchError(held, base, f"read the changes; then set accept_major = {max(versions)[0]} in the card")
    chosen = versions[newest]
    periods = chosen.get("timePeriods") or {}
    years = re.search(r"(20\d\d)/(?:20)?(\d\d)", str(periods.get("end", "")))
    name = finder.save_as
    if "{period}" in name:
        name = name.format(period=f"{years[1]}{years[2]}") if years else finder.period_unknown or name
    published = datetime.fromisoformat(chosen["published"]).date() if chosen.get("published") else None
    url = f"{base}/csv?{urlencode({'dataSetVersion': chosen['version']})}"
    return Remote(url, name, published, f"{finder.data_set}@{chosen['version']}", is_fixed=True, held=held)


def _ees_listed(base: str, client: Client) -> list[dict[str, Any]]:
    """Every version, from all pages of the list: 20 are the most on one, and the one in use may be older than those."""
    listed: list[dict[str, Any]] = []
    while True:
        page = client.get_json(f"{base}/versions?page={len(listed) // EES_PAGE + 1}&pageSize={EES_PAGE}")
        listed += page["results"]
        if len(page["results"]) < EES_PAGE or len(listed) >= page["paging"]["totalResults"]:
            return listed


def _why_held(version: str, base: str, client: Client) -> str:
    try:
        changes = client.get_json(f"{base}/versions/{version}/changes")
    except NotThereError:
        changes = {}
    major = changes.get("majorChanges") if isinstance(changes, dict) else None
    kinds = sorted(kind for kind, changed in major.items() if changed) if isinstance(major, dict) else []  # null: nothing changed
    what = f" ({', '.join(kinds)})" if kinds else ""
    return (
        f"Version {version} is a major one{what} and is held, because columns may mean something else. "
        f"To take it, read {base}/versions/{version}/changes and set accept_major = {version.partition('.')[0]} in the card"
    )
