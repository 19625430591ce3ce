"""The match of millions of places (schools, clinics, libraries) in shards, by the models of ``sql/match`` as they are.

Places come as Parquet (``layout.py``), are laid out by H3 parent cell (``index.py``), and each cell is matched by itself, with the
partners of a ring around it (``shard.py``); ``matching.py`` is the whole of it. Who does the work, this process or a cluster's, is
not known here (``engine.py``), nor whether files stand in a folder or a bucket (``shelf.py``).
"""
