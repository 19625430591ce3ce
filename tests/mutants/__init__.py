"""Mutation testing of the method: small faults are put into ``sql/`` and ``transforms/``, and a unit test must notice.

``mutant`` what a mutant is and which rooms have them; ``sql_operators`` and ``python_operators`` the faults; ``install`` puts one
in place; ``reach`` tells which tests can notice it; ``plugin`` runs them within pytest; ``report`` writes ``docs/mutants.md``.
``make mutants`` runs it all. No test stands here: that of the tool itself is ``tests/unit/test_mutants.py``.
"""
