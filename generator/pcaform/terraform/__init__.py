"""Terraform itself: addresses, resource types, HCL text, changes of a plan, and running the binary."""
