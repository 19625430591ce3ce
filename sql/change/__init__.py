"""What differs from the refresh before, and why."""
