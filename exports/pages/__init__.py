"""Pages to read: what changed, our figures beside published ones, the generated parts of the method; and how a page is written."""
