"""Shared by all packages: facts with their sources, problems and their formats, files, dates, X.509."""
