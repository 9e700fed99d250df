"""IAM's policy evaluation as AWS documents it: pure functions, used by the sandbox and by the access checks."""
