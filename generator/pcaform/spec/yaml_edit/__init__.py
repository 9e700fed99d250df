"""A YAML text and the data it shall hold -> the text with only that changed: every other byte stays a person's."""
