"""The rules of the audit: one file for each subject, and each decorated function in it is a rule."""
