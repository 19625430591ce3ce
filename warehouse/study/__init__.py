"""What is asked of a definition: how its figures move, what a gap in the files does to them, how far they agree with others."""
