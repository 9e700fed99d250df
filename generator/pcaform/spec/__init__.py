"""The spec, version 1: frozen models that both directions meet in."""
