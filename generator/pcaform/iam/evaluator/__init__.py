"""IAM policies evaluated as AWS documents it: pure functions, shared by the sandbox and by what proves access."""
