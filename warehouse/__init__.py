"""The DuckDB files and what lies beneath them: where data comes from, how it lands, how the SQL is built, what is published.

What does not belong here: when things run (``orchestration/``), what a column of a publisher's file means
(``transforms/layouts/``), any rule of the method (``sql/``), the look of an export (``exports/``).
"""
