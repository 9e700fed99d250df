"""The way back: an inventory -> a spec, either a new one or merged into one that exists."""
