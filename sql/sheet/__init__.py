"""What stands in the workbooks: a query and a description per sheet."""
