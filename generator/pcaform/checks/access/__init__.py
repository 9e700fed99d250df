"""Checks who may do what on which CA, by evaluating every relevant request against the rendered policies."""
