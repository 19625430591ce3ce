"""What must hold before anything is published: a check is a query whose rows are the violations."""
