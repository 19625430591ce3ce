"""Every published table and column in words."""
