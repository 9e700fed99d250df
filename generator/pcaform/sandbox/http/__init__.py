"""The sandbox's HTTP server: it listens, parses and validates requests, and answers errors in AWS's format."""
