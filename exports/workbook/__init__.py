"""How workbooks are written, whatever they are about: sheets, rows, charts. What stands in them: ``exports/excel``.

A room of its own, because a process that writes a workbook imports this and nothing else.
"""
