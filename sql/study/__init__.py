"""What a gap in the files does to the figures, in numbers: a query per question of ``warehouse/study/gaps.py``, read by name."""
