"""What pages and commands say: a query per question, read by name, with values for its ``$names``."""
