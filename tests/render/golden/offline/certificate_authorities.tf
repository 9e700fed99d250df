# Written by pcaform from offline.yaml. Do not edit: change that file and render again.

module "ca_issuing" {
  source = "./modules/private-ca"

  type = "SUBORDINATE"
  subject = {
    common_name = "Issuing"
  }
  key_algorithm     = "EC_prime256v1"
  signing_algorithm = "SHA256WITHECDSA"
  certificate = {
    certificate       = file("${path.module}/certificates/ca_issuing.certificate.pem")
    certificate_chain = file("${path.module}/certificates/ca_issuing.certificate_chain.pem")
  }
}
