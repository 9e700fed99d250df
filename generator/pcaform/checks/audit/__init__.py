"""The audit: what is wrong with the CAs of an account, without a spec and without Terraform."""
