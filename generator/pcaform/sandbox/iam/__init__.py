"""IAM and STS in the sandbox: finds the caller of a request and evaluates the caller's policies."""
