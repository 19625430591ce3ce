"""ONS's Open Geography portal, which is ArcGIS Online: where a layer or table is, and its rows read in pages.

What an area or a class means is not decided here (``transforms/layouts/ons.py``).
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from warehouse.sources.cards import ArcgisLayer, ArcgisTable
from warehouse.sources.http import RUN_LATER, Client, Download, FetchError
from warehouse.sources.settings import Addresses

_SERVICES = "/ESMARspQHYMw9BZ9/arcgis/rest/services"  # ONS's organisation in ArcGIS Online
PAGE_ROWS = 2000
"""Rows asked for at a time: the most that ONS's services give. One that gives fewer is asked again from where it stopped."""


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
    answer = _answer(client, item)
    try:
        service = urlsplit(answer["url"]).path.rstrip("/").removesuffix("/0")
        modified = datetime.fromtimestamp(answer["modified"] / 1000, UTC)
    except (KeyError, TypeError, ValueError) as error:
        do = "look the table up in the portal; if ONS has issued it under another item, change item in the card"
        raise FetchError(f"The portal does not say where the table is ({type(error).__name__}: {error})", item, do) from error
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
    expected = _answer(client, f"{url}&returnCountOnly=true").get("count")
    got = 0
    with to.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        while True:
            page = _answer(client, f"{url}&resultOffset={got}&resultRecordCount={PAGE_ROWS}")
            try:
                rows = [[feature["attributes"][column] for column in columns] for feature in page["features"]]
            except (KeyError, TypeError) as error:
                do = "look at the answer; if ONS has renamed a column, change columns in the card and the layout"
                raise FetchError(f"The table is not as expected ({type(error).__name__}: {error})", url, do) from error
            writer.writerows(rows)
            got += len(rows)
            if file.tell() > largest_bytes:
                do = "look at what ONS serves; if it is right, raise largest_bytes in the card"
                raise FetchError(f"The table is larger than the {largest_bytes:,} bytes allowed", url, do)
            if not rows or not page.get("exceededTransferLimit"):
                break
    if got != expected:
        raise FetchError(f"The table came with {got:,} rows and is said to have {expected}", url, RUN_LATER)
    return Download(None, None)


def _answer(client: Client, url: str) -> dict[str, Any]:
    """An answer that is an object and no error: ArcGIS reports errors with status 200."""
    answer = client.get_json(url)
    if not isinstance(answer, dict) or "error" in answer:
        said = answer.get("error") if isinstance(answer, dict) else type(answer).__name__
        raise FetchError(f"The service reports an error ({said})", url, RUN_LATER)
    return answer
