"""What the tidy CSV for Explore Education Statistics holds: a query per part of its files, read by name."""
