"""The spec, version 1: its frozen models, and the reading, writing and editing of its YAML."""
