"""The publishers: what each source is, how its newest file is found and fetched, and how fresh what is landed is."""
