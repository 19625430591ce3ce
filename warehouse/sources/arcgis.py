"""ONS's Open Geography portal, which is ArcGIS Online: where a layer or table is, and its rows read in pages.

What an area or a class means is not decided here (``transforms/layouts/ons.py``).
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from warehouse.sources.answers import Count, Item, Rows
from warehouse.sources.body import Download
from warehouse.sources.cards import ArcgisLayer, ArcgisTable
from warehouse.sources.fault import RUN_LATER, FetchError
from warehouse.sources.http import Client
from warehouse.sources.settings import Addresses

_SERVICES = "/ESMARspQHYMw9BZ9/arcgis/rest/services"  # ONS's organisation in ArcGIS Online
PAGE_ROWS = 2000
"""Rows asked for at a time: the most that ONS's services give. One that gives fewer is asked again from where it stopped."""

PAGES_AT_MOST = 200
"""Pages of one table: a service that gives a row at a time and never ends is left alone. ONS's largest table has 18."""


def layer_url(finder: ArcgisLayer, addresses: Addresses) -> str:
    """The address of a layer's boundaries of England, as GeoJSON in WGS84."""
    fields = f"{finder.code},{finder.code.removesuffix('CD')}NM"
    query = {"where": f"{finder.code} LIKE 'E%'", "outFields": fields, "outSR": "4326", "f": "geojson"}
    return f"{addresses.ons}{_SERVICES}/{finder.layer}/FeatureServer/0/query?{urlencode(query)}"


def table_url(finder: ArcgisTable, addresses: Addresses, client: Client) -> tuple[str, datetime]:
    """The address of a table's rows of England, and when ONS last changed the table (UTC).

    ONS renames services when it issues one again; the item keeps its id and says where its service is. Raises FetchError.
    """
    item = f"{addresses.arcgis}/sharing/rest/content/items/{finder.item}?f=json"
    do = "look the table up in the portal; if ONS has issued it under another item, change item in the card"
    answer = client.get(item, Item, do)
    try:
        service = urlsplit(answer.url).path.rstrip("/").removesuffix("/0")
    except ValueError as error:
        raise FetchError("The portal does not say where the table is", item, do) from error
    modified = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=answer.modified)
    query = {
        "where": f"{finder.columns[0]} LIKE 'E%'",
        "outFields": ",".join(finder.columns),
        "returnGeometry": "false",
        "orderByFields": ",".join(finder.columns),
        "f": "json",
    }
    return f"{addresses.ons}{service}/0/query?{urlencode(query)}", modified


def download_table(client: Client, url: str, columns: tuple[str, ...], to: Path, *, largest_bytes: int) -> Download:
    """Read a table page by page and write it as CSV (UTF-8) with ``columns``.

    Raises FetchError: a page is no table, a column is missing, the table is not whole or larger than ``largest_bytes``.
    """
    do = "look at the answer; if ONS has renamed a column, change columns in the card and the layout"
    expected = client.get(f"{url}&returnCountOnly=true", Count, do).count
    got = 0
    with to.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for _ in range(PAGES_AT_MOST):
            page = client.get(f"{url}&resultOffset={got}&resultRecordCount={PAGE_ROWS}", Rows, do)
            for row in page.features:
                if lacking := [column for column in columns if column not in row.attributes]:
                    raise FetchError(f"The table has a row without {', '.join(lacking)}", url, do)
                writer.writerow([row.attributes[column] for column in columns])
            got += len(page.features)
            if file.tell() > largest_bytes:
                too_large = "look at what ONS serves; if it is right, raise largest_bytes in the card"
                raise FetchError(f"The table is larger than the {largest_bytes:,} bytes allowed", url, too_large)
            if not page.features or not page.has_more or got > expected:
                break
    if got != expected:
        raise FetchError(f"The table came with {got:,} rows and is said to have {expected}", url, RUN_LATER)
    return Download(None, None)
