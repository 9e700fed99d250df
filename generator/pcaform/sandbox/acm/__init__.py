"""ACM in the sandbox: private certificates, issued and renewed by the CAs of the same sandbox."""
