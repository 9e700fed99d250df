"""The rules of a spec: one file for each subject, and each decorated function in it is a rule."""
