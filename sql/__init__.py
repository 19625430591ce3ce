"""The method, as SQL. One file makes one table with one SELECT; its header comment says what a row is.

Read in this order: ``reference/`` (small facts), ``core/`` (what is known of each school), ``definition/`` (who is in need, who is
high-performing, with every threshold), ``match/`` (who is near), ``mart/`` (what people read, with a contract beside each table),
``change/`` (what differs from the refresh before), ``check/`` (what must hold before anything is published). ``macros.sql`` holds
the expressions that several files share, ``published_macros.sql`` those of the published DuckDB file.

Two tables that decide much have no file here. ``definition.outcome``, from which every status follows, is the rows of all
definitions in one table (``warehouse/definitions.py``). ``match.allocation``, the exclusive partners, is an assignment for the
whole country that no SELECT can find (``transforms/allocation.py``).

Queries make no table: they are asked by name (``warehouse/query.py``). ``sheet/`` is what stands in the
workbooks (with a description beside each query), ``map/`` what the map shows, ``ees/`` what the tidy CSV
holds, ``page/`` what pages and commands say, ``study/`` what missing files do to the figures.
"""
