"""Pure functions: bytes or frame in, frame out.

What belongs here: publishers' layouts, geography, and later likeness and allocation. What does not: reading or writing
files, Dagster, a DuckDB connection, any rule of the method (those are SQL, in ``sql/``).
"""
