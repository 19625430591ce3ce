"""Small facts, with their sources."""
