# Written by pcaform from corp-pki.yaml. Do not edit: change that file and render again.

module "ca_root" {
  source = "./modules/private-ca"

  type = "ROOT"
  subject = {
    common_name  = "Corp Root CA"
    country      = "DE"
    organization = "Corp"
  }
  key_algorithm     = "RSA_4096"
  signing_algorithm = "SHA512WITHRSA"
  certificate = {
    certificate       = module.ca_root_certificate.certificate
    certificate_chain = module.ca_root_certificate.certificate_chain
  }
}

module "ca_root_certificate" {
  source = "./modules/ca-certificate"

  issuer_arn                  = module.ca_root.arn
  certificate_signing_request = module.ca_root.certificate_signing_request
  signing_algorithm           = "SHA512WITHRSA"
  template_arn                = "arn:aws:acm-pca:::template/RootCACertificate/V1"
  validity = {
    type  = "YEARS"
    value = "20"
  }
}

module "ca_issuing" {
  source = "./modules/private-ca"

  type = "SUBORDINATE"
  subject = {
    common_name  = "Corp Issuing CA 1"
    country      = "DE"
    organization = "Corp"
  }
  key_algorithm     = "EC_prime256v1"
  signing_algorithm = "SHA256WITHECDSA"
  certificate = {
    certificate       = module.ca_issuing_certificate.certificate
    certificate_chain = module.ca_issuing_certificate.certificate_chain
  }
  tags = {
    service = "certificates"
  }
}

module "ca_issuing_certificate" {
  source = "./modules/ca-certificate"

  issuer_arn                  = module.ca_root.active_arn
  certificate_signing_request = module.ca_issuing.certificate_signing_request
  signing_algorithm           = "SHA512WITHRSA"
  template_arn                = "arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0/V1"
  validity = {
    type  = "YEARS"
    value = "5"
  }
}
