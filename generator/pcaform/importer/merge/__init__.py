"""What an import found against a spec that exists: what is taken, what stays a person's, and the report of both."""
