"""Rendered files -> disk: compare them, show the diff, or write them so that nothing is lost or half-written."""
