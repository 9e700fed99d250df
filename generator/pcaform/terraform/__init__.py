"""What is known about Terraform itself: addresses, resource types, HCL text, plan changes, and how it is run."""
