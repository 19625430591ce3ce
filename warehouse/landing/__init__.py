"""From files to rows: a drop folder is looked through, its files are archived by content, and their rows become the raw tables."""
