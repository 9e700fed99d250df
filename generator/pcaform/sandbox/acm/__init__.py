"""ACM in the sandbox: private certificates, issued and renewed from the CAs of the same sandbox."""
