"""Who is in need and who is high-performing: a SQL file and a parameter file per definition."""
