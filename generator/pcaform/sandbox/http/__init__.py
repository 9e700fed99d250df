"""The HTTP side of the sandbox: listening, reading requests, validating them, and AWS's error format."""
