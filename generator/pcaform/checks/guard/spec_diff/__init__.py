"""Compares two specs as Terraform would plan the step between them, with no Terraform and no credentials."""
