"""The assets, one module per stage of the way: landing, the SQL models, publishing."""
