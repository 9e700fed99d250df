module "root" {
  source = "../../../private-ca-with-certificate"

  type                  = "ROOT"
  subject               = { common_name = "Corp Services Root CA", organization = "Corp" }
  key_algorithm         = "EC_secp384r1"
  certificates          = { g1 = { validity = { type = "YEARS", value = "20" } } }
  installed_certificate = "g1"
}

module "ca_issuing" {
  source = "../../../private-ca"

  type          = "SUBORDINATE"
  subject       = { common_name = "Corp Issuing CA 1", organization = "Corp" }
  key_algorithm = "EC_prime256v1"

  certificate = {
    certificate       = module.ca_issuing_certificate.certificate
    certificate_chain = module.ca_issuing_certificate.certificate_chain
  }
}

module "ca_issuing_certificate" {
  source = "../.."

  issuer_arn                  = module.root.active_arn
  certificate_signing_request = module.ca_issuing.certificate_signing_request
  signing_algorithm           = module.root.signing_algorithm # the root signs, with its own key
  template_arn                = "arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0/V1"
  validity                    = { type = "YEARS", value = "5" }
}
