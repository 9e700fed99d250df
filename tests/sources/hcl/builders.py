"""Terraform files as a person writes them, for tests to put something into."""


def authority(name: str, line: str = "") -> str:
    """Return a root CA of the root module, with one more line in it."""
    return f"""\
resource "aws_acmpca_certificate_authority" "{name}" {{
  {line}
  type = "ROOT"
  certificate_authority_configuration {{
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
    subject {{
      common_name = "{name}"
    }}
  }}
}}
"""
