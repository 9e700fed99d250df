"""What a change does at AWS: one function for each kind of resource, from a change to remarks about it."""
