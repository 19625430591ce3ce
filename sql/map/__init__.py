"""What the map shows: a query per part of its data, read by name. A file's head says what a row is; meanings are in contracts."""
