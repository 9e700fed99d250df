# The bucket's name is only in the parameter store, so this CA cannot be read from files.
data "aws_ssm_parameter" "crl_bucket" {
  name = "/pki/crl-bucket"
}

resource "aws_acmpca_certificate_authority" "archive" {
  type = "ROOT"

  certificate_authority_configuration {
    key_algorithm     = "RSA_2048"
    signing_algorithm = "SHA256WITHRSA"

    subject {
      common_name = "Corp Archive CA"
    }
  }

  revocation_configuration {
    crl_configuration {
      enabled            = true
      expiration_in_days = 7
      s3_bucket_name     = data.aws_ssm_parameter.crl_bucket.value
    }
  }
}
