"""What people open: the DuckDB file, Parquet, workbooks.

Each export reads the published tables and writes into a folder it is given. What does not belong here: any figure that is not in a
published table, the order of things (``orchestration/``), how a folder becomes the published one (``warehouse/publish.py``).
"""
