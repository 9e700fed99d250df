"""What every room may use: facts with their sources, problems and how they are printed, files, dates, X.509."""
