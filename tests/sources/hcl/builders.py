"""Terraform files in a hand-written style, with a place for a line of the test."""


def authority(name: str, line: str = "") -> str:
    """Return a root CA with an additional line."""
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
