"""A YAML spec of private CAs in, a Terraform stack out, and existing CAs back into the spec."""

__version__ = "0.1.0"
