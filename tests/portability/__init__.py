"""The match on another engine: the SQL of ``sql/match/`` is run on Apache Spark too, and gives the rows that it gives in DuckDB.

``python -m tests.portability`` (``make portability``). A statement that can be translated need not run, and one that runs need
not give the same rows, so it is run and the rows are compared. That no model comes to use what only DuckDB knows is held
without Spark by ``tests/unit/test_portability.py``.
"""
