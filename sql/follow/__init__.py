"""What became of the schools of an earlier vintage: how each goes on, and beside which schools its gain is set."""
