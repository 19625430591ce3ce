"""What is known of each school, typed, one row per key."""
