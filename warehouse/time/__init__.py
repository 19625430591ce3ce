"""What was before: the folder published last, the history of every refresh, and what differs between two folders."""
