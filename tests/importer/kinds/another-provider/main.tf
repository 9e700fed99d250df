resource "awscc_acmpca_certificate_authority" "root" {
  type              = "ROOT"
  key_algorithm     = "EC_prime256v1"
  signing_algorithm = "SHA256WITHECDSA"
  subject           = { common_name = "Root" }
}
