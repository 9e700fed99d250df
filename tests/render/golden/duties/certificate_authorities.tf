# Written by pcaform from duties.yaml. Do not edit: change that file and render again.

module "ca_root" {
  source = "./modules/private-ca"

  type = "ROOT"
  subject = {
    common_name = "Root"
  }
  key_algorithm     = "EC_prime256v1"
  signing_algorithm = "SHA256WITHECDSA"
  certificate = {
    certificate       = module.ca_root_certificate.certificate
    certificate_chain = module.ca_root_certificate.certificate_chain
  }
}

module "ca_root_certificate" {
  source = "./modules/ca-certificate"

  issuer_arn                  = module.ca_root.arn
  certificate_signing_request = module.ca_root.certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/RootCACertificate/V1"
  validity = {
    type  = "YEARS"
    value = "20"
  }
}
