"""A live account -> inventory: what AWS itself says, read and never changed."""
