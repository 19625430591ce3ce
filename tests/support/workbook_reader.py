"""Workbooks read back with another library than the one that wrote them, part by part, or by LibreOffice."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

Row = tuple[Any, ...]
NAMES = {
    "m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "x": "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
}
"""Prefixes for searches in the parts of a workbook's file."""
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Read:
    """A workbook read with python-calamine; an empty cell is None."""

    def __init__(self, path: Path) -> None:
        self._workbook = CalamineWorkbook.from_path(str(path))
        self.sheets = tuple(self._workbook.sheet_names)

    def cells(self, sheet: str) -> list[Row]:
        """All rows of a sheet."""
        rows = self._workbook.get_sheet_by_name(sheet).to_python()
        return [tuple(None if cell == "" else cell for cell in row) for row in rows]

    def table(self, sheet: str, first: str = "Definition") -> tuple[Row, list[Row]]:
        """Headings and rows of a sheet's table, whose first heading this is."""
        rows = self.cells(sheet)
        start = next(number for number, row in enumerate(rows) if row[0] == first)
        return rows[start], rows[start + 1 :]


class Parts:
    """The parts of a workbook's file, as XML."""

    def __init__(self, path: Path) -> None:
        self._archive = ZipFile(path)
        self.names = self._archive.namelist()
        book = self.read("xl/workbook.xml")
        relations = self._relations("xl/_rels/workbook.xml.rels")
        self._parts = {str(sheet.get("name")): relations[str(sheet.get(_ID))][1] for sheet in book.iterfind(".//m:sheet", NAMES)}
        self.sheets = tuple(self._parts)
        self.printed_on_each_page = {name.text for name in book.iterfind(".//m:definedName", NAMES)}

    def read(self, name: str) -> ElementTree.Element:
        """A part by its name."""
        return ElementTree.fromstring(self._archive.read(name))

    def sheet(self, title: str) -> ElementTree.Element:
        """A sheet by its title."""
        return self.read(self._parts[title])

    def related(self, title: str, kind: str) -> list[ElementTree.Element]:
        """The parts of a kind, such as "table", that belong to a sheet."""
        name = Path(self._parts[title])
        relations = self._relations(f"{name.parent}/_rels/{name.name}.rels")
        return [self.read(target) for each, target in relations.values() if each.endswith(f"/{kind}")]

    def targets(self, title: str) -> dict[str, str]:
        """Where a sheet's links to pages lead, by cell."""
        name = Path(self._parts[title])
        relations = self._relations(f"{name.parent}/_rels/{name.name}.rels")
        links = self.sheet(title).iterfind(".//m:hyperlink", NAMES)
        return {str(link.get("ref")): relations[str(link.get(_ID))][1] for link in links if link.get(_ID)}

    def _relations(self, name: str) -> dict[str, tuple[str, str]]:
        if name not in self.names:
            return {}
        return {str(each.get("Id")): (str(each.get("Type")), str(each.get("Target")).lstrip("/")) for each in self.read(name)}


def opened(paths: Sequence[Path], folder: Path, kind: str) -> list[Path]:
    """The workbooks as LibreOffice has opened and saved them (``kind``: xlsx or pdf); skips the test where it is not."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not here: soffice (package libreoffice-calc) opens workbooks in this test")
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = [program, profile, "--headless", "--convert-to", kind, "--outdir", str(folder / kind), *map(str, paths)]
    subprocess.run(command, check=True, timeout=300, capture_output=True)
    return [folder / kind / f"{path.stem}.{kind}" for path in paths]


def by_area(folder: Path) -> dict[tuple[str, str], Path]:
    """The workbooks under a folder, by kind and name of the area that their covers tell."""
    kinds = {"regions": "region", "local-authorities": "local authority", folder.name: "country"}
    found = {(kinds[path.parent.name], str(dict(Read(path).cells("Cover"))["For"])): path for path in folder.rglob("*.xlsx")}
    assert len(found) == len(list(folder.rglob("*.xlsx")))
    return found
