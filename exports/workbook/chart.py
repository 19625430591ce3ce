"""A native, editable column chart over the rows of a table on the same sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.chart import BarChart, Reference
from openpyxl.chart.data_source import AxDataSource, StrRef
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.colors import ColorChoice
from openpyxl.drawing.fill import PatternFillProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, OneCellAnchor
from openpyxl.drawing.text import CharacterProperties
from openpyxl.drawing.xdr import XDRPositiveSize2D
from openpyxl.utils import get_column_letter

from exports.workbook.rows import clean_text

_DARK, _LIGHT, _GREY = "12436D", "F46A25", "D9D9D9"
"""The first two colours of the Analysis Function's palette, and of the lines behind them; the second is hatched as well, so that
colour is not needed."""

_EMU_PER_CM = 360_000
_EMU_PER_POINT = 12_700
_WORDS = 20
"""Height of the line of words above a chart, in points."""

_LABELLED_UP_TO = 12
"""Areas in a chart that can carry their figures without running into one another."""


@dataclass(frozen=True)
class BarChartOf:
    """A chart of some rows of a table: ``first`` and ``last`` count the table's rows from 0, columns count from 0.

    ``words``: the same in words, for those who do not see it. ``highest``: where the axis of values ends, by default as the program
    that shows it chooses.
    """

    heading: str
    words: str
    first: int
    last: int
    label_column: int
    value_columns: Sequence[int]
    axis: str
    highest: float | None = None

    @property
    def is_crowded(self) -> bool:
        """Whether its columns cannot carry their figures without running into one another."""
        return self.last - self.first >= _LABELLED_UP_TO

    @property
    def row_height(self) -> float:
        """Height of the row it stands in, in points (a row may have 409)."""
        return 345.0 if self.is_crowded else 270.0


class _Described(OneCellAnchor):
    """An anchor that gives its chart an alternative text: openpyxl has no other place for one."""

    tagname = "oneCellAnchor"
    __elements__ = OneCellAnchor.__elements__  # openpyxl does not inherit it
    words = ""

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "graphicFrame" and value is not None:
            value.nvGraphicFramePr.cNvPr.descr = clean_text(self.words)
        super().__setattr__(name, value)


def add_bars(sheet: Any, chart: BarChartOf, header: int, *, row: int, title: str) -> None:
    """Put the chart into a row, below its words. ``header`` and ``row`` count from 1; ``title`` is the sheet's name."""
    bars: Any = BarChart()  # its stubs are narrower than what it takes
    bars.type, bars.grouping, bars.gapWidth, bars.overlap = "col", "clustered", 60, 0
    bars.title, bars.style = chart.heading, 2
    bars.title.overlay = False
    bars.title.tx.rich.p[0].pPr.defRPr = CharacterProperties(sz=1200, b=True)
    bars.legend.position = "b"
    first, last = header + 1 + chart.first, header + 1 + chart.last
    labels = _letter(chart.label_column)
    for index, column in enumerate(chart.value_columns):
        bars.add_data(Reference(sheet, min_col=column + 1, min_row=first, max_row=last))
        series = bars.series[index]
        series.tx = SeriesLabel(strRef=StrRef(f"'{title}'!${_letter(column)}${header}"))
        series.graphicalProperties = GraphicalProperties(solidFill=_DARK) if index == 0 else _hatched()
        if not chart.is_crowded:
            series.dLbls = DataLabelList(numFmt="0.0", showVal=True)
            for other in ("showSerName", "showCatName", "showLegendKey", "showPercent"):
                setattr(series.dLbls, other, False)
        series.cat = AxDataSource(strRef=StrRef(f"'{title}'!${labels}${first}:${labels}${last}"))
    bars.y_axis.title, bars.y_axis.number_format = chart.axis, "0"
    bars.y_axis.scaling.min, bars.y_axis.scaling.max = 0, chart.highest
    bars.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=_GREY))
    # openpyxl writes axes that Excel takes for deleted, unless told otherwise
    bars.x_axis.delete = bars.y_axis.delete = False
    bars.layout = Layout(manualLayout=ManualLayout(x=0.05, y=0.12, w=0.93, h=0.58 if chart.is_crowded else 0.66))
    width, height = (32 if chart.is_crowded else 24) * _EMU_PER_CM, chart.row_height - _WORDS - 6
    bars.anchor = _Described(
        _from=AnchorMarker(col=0, row=row - 1, rowOff=_WORDS * _EMU_PER_POINT),
        ext=XDRPositiveSize2D(width, int(height * _EMU_PER_POINT)),
    )
    bars.anchor.words = chart.words
    sheet.add_chart(bars)


def _letter(column: int) -> str:
    return get_column_letter(column + 1)


def _hatched() -> GraphicalProperties:
    colours: Any = ColorChoice  # its stubs do not know that it takes text
    pattern = PatternFillProperties(prst="wdUpDiag", fgClr=colours(srgbClr=_LIGHT), bgClr=colours(srgbClr="FFFFFF"))
    properties = GraphicalProperties(pattFill=pattern)
    properties.line.solidFill = _LIGHT
    return properties
