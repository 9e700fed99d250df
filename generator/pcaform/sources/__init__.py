"""Reads existing CAs from states, Terraform files or an AWS account; each source fills the same inventory."""
