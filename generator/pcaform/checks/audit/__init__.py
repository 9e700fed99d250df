"""The audit: an account in, what is wrong with its CAs out; no spec and no Terraform."""
