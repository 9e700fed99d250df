"""IAM and STS in the sandbox: who calls, and whether their policies allow the call."""
