"""What runs, when, and after what (Dagster), and the command line.

What does not belong here: any rule of the method (``sql/``), any file format (``transforms/layouts/``, ``exports/``).
"""

REFRESH = "refresh"
"""The job that does everything: from the publishers' files to the published folder."""
