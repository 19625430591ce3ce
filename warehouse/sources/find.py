"""Which file of a source is the newest, and where it is: one function per way of publishing.

Nothing is downloaded here but pages and answers of APIs; what arrives is judged in ``live.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

import httpx
from lxml import etree

from transforms.layouts.layout import date_in_name
from warehouse.sources import arcgis
from warehouse.sources.answers import Changes, ContentItem, DataSet, Version, Versions
from warehouse.sources.cards import ArcgisLayer, ArcgisTable, Card, EesDataSet, GiasDaily, GovukAttachments, Past
from warehouse.sources.fault import RUN_LATER, FetchError, StatusError
from warehouse.sources.http import Client
from warehouse.sources.settings import Addresses
from warehouse.sources.told import told_address

DAYS_BACK = 14
"""How many days before today a daily file is looked for."""

EES_PAGE = 20
"""Versions on a page of the list of Explore Education Statistics: the most that it gives."""

EES_PAGES = 50
"""Pages of that list that are read: a thousand versions, where there are tens."""

GOVUK_FILES = ("www.gov.uk", "assets.publishing.service.gov.uk")
"""Servers on which GOV.UK keeps what its pages list."""


@dataclass(frozen=True)
class Remote:
    """A file a publisher offers.

    ``name``: what it is saved as. ``published``: the date it speaks of or was published. ``release``: stable identifier of the
    issue. ``is_fixed``: the bytes of a release never change. ``held``: a newer one is there, or may be, and is not taken; why, and
    what to do.
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
            remote = _govuk_attachment(card.finder, addresses, client, today)
            refuse_foreign(remote, addresses)
            return remote
        case EesDataSet():
            return _ees_version(card.finder, addresses, client, today, last_release)
        case ArcgisLayer():
            return Remote(arcgis.layer_url(card.finder, addresses), card.finder.save_as, None, card.finder.layer)
        case ArcgisTable(item=item, columns=columns, save_as=save_as):
            url, modified = arcgis.table_url(card.finder, addresses, client)
            return Remote(url, save_as, None, f"{item}@{modified:%Y-%m-%dT%H:%M:%SZ}", is_fixed=True, table=columns)


def _gias_daily(finder: GiasDaily, addresses: Addresses, client: Client, today: date) -> Remote:
    base = f"{addresses.gias}/edubase/downloads/public/"
    unsure, held = None, None
    for days in range(DAYS_BACK + 1):
        day = today - timedelta(days=days)
        name = finder.file.format(date=f"{day:%Y%m%d}")
        try:
            if client.exists(base + name):
                return Remote(base + name, name, day, f"{day:%Y-%m-%d}", held=held)
        except StatusError as error:  # of one file; a server that says so of the next too lets nobody in
            if unsure:
                raise
            unsure, held = error, f"Whether the file of {day.day} {day:%B %Y} is there cannot be told. {error}"
    if unsure:
        raise unsure
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


def refuse_foreign(remote: Remote, addresses: Addresses) -> None:
    """Raise FetchError where a page of GOV.UK lists a file on a server that is neither its own nor the one that was asked."""
    asked, listed = httpx.URL(addresses.govuk), httpx.URL(remote.url)
    is_own = (listed.scheme, listed.host, listed.port) == (asked.scheme, asked.host, asked.port)
    if not is_own and ((listed.scheme, listed.port) != ("https", None) or listed.host not in GOVUK_FILES):
        do = f"look at the page; a file of GOV.UK is at https://{' or https://'.join(GOVUK_FILES)}"
        raise FetchError(f"The page lists {remote.name} at a server that is not the publisher's", remote.url, do)


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
        answer = client.get(f"{addresses.govuk}/api/content{finder.path}", ContentItem)
        listed = [
            _Attachment(each.title, url, (each.content_type or "").startswith("text/csv"))
            for each in answer.details.attachments
            if (url := _joined(addresses.govuk, each.url))
        ]
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
            found[day] = Remote(attachment.url, name, day, f"{media[1] if media else told_address(attachment.url)}@{day}")
    return [found[day] for day in sorted(found, reverse=True)]


def _joined(base: str, address: str | None) -> str | None:
    """An address that is written below another; None for what is none."""
    try:
        return str(httpx.URL(base).join(address)) if address else None
    except (httpx.InvalidURL, ValueError):
        return None


def _from_page(page: str, address: str) -> list[_Attachment]:
    """The links of a page; of one that says "Download CSV" the title is the heading above it.

    Raises FetchError for what is no page at all.
    """
    try:
        root = etree.fromstring(page.encode(), etree.HTMLParser(encoding="utf-8", no_network=True))
    except etree.LxmlError as error:
        raise FetchError(f"The page cannot be read ({error})", address, RUN_LATER) from error
    found: list[_Attachment] = []
    heading = ""
    for part in root.iter("a", "h1", "h2", "h3", "h4", "h5", "h6") if root is not None else ():
        text = " ".join("".join(part.itertext()).split())
        if part.tag != "a":
            heading = text
        elif url := _joined(address, part.get("href")):
            title = heading if text.lower().startswith("download") else text
            found.append(_Attachment(title, url, part.get("href").lower().endswith(".csv")))
    return found


def _ees_version(finder: EesDataSet, addresses: Addresses, client: Client, today: date, last_release: str | None) -> Remote:
    """The newest published version, unless its major number is new: then the newest of the major number landed before."""
    base = f"{addresses.ees}/statistics/v1/data-sets/{finder.data_set}"
    latest = client.get(base, DataSet).latest
    # The latest one, in short, has no status. A deprecated one can be had, and is what stays in use while a major one is held.
    versions: dict[tuple[int, ...], Version] = {}
    for each in (*_ees_listed(base, client), latest):
        versions.setdefault(each.number, each)
    versions = {number: each for number, each in versions.items() if each.status in ("Published", "Deprecated")}
    if not versions:
        raise FetchError("No version of the data set is published", base, "look at the data set's page")
    newest = max(versions)
    last_major = int(last_release.rpartition("@")[2].partition(".")[0]) if last_release else newest[0]
    accepted = max(last_major, finder.accept_major or 0)
    held = None
    if newest[0] > accepted:
        held = _why_held(versions[newest].version, base, client)
        newest = max((version for version in versions if version[0] <= accepted), default=())
        if not newest:
            raise FetchError(held, base, f"read the changes; then set accept_major = {max(versions)[0]} in the card")
    chosen = versions[newest]
    published = chosen.published.date() if chosen.published else None
    if published and published > today + timedelta(days=1):  # taken, it would be newer than everything that follows
        raise FetchError(f"Version {chosen.version} is dated {published}, which is in the future", base, RUN_LATER)
    years = re.search(r"(20[0-9]{2})/(?:20)?([0-9]{2})", (chosen.periods and chosen.periods.end) or "")
    name = finder.save_as
    if "{period}" in name:
        name = name.format(period=f"{years[1]}{years[2]}") if years else finder.period_unknown or name
    url = f"{base}/csv?{urlencode({'dataSetVersion': chosen.version})}"
    return Remote(url, name, published, f"{finder.data_set}@{chosen.version}", is_fixed=True, held=held)


def _ees_listed(base: str, client: Client) -> list[Version]:
    """Every version, from all pages of the list: 20 are the most on one, and the one in use may be older than those."""
    listed: list[Version] = []
    for number in range(1, EES_PAGES + 1):
        page = client.get(f"{base}/versions?page={number}&pageSize={EES_PAGE}", Versions)
        listed += page.results
        if len(page.results) < EES_PAGE or len(listed) >= page.paging.total:
            return listed
    raise FetchError(f"The list of versions has no end in {EES_PAGES} pages", base, RUN_LATER)


def _why_held(version: str, base: str, client: Client) -> str:
    try:
        major = client.get(f"{base}/versions/{version}/changes", Changes).major
    except FetchError:
        major = None  # what changed is only told; that the version is held stands without it
    kinds = sorted(kind for kind, changed in (major or {}).items() if changed)  # null: nothing changed
    what = f" ({', '.join(kinds)})" if kinds else ""
    changes = f"{told_address(base)}/versions/{version}/changes"
    return (
        f"Version {version} is a major one{what} and is held, because columns may mean something else. "
        f"To take it, read {changes} and set accept_major = {version.partition('.')[0]} in the card"
    )
