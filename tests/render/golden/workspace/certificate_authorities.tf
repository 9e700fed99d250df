# Written by pcaform from workspace.yaml. Do not edit: change that file and render again.

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

module "ca_other" {
  source = "./modules/private-ca"
  providers = {
    aws = aws.us-west-2
  }

  type = "ROOT"
  subject = {
    common_name = "Other"
  }
  key_algorithm     = "EC_prime256v1"
  signing_algorithm = "SHA256WITHECDSA"
  certificate = {
    certificate       = module.ca_other_certificate.certificate
    certificate_chain = module.ca_other_certificate.certificate_chain
  }
}

module "ca_other_certificate" {
  source = "./modules/ca-certificate"
  providers = {
    aws = aws.us-west-2
  }

  issuer_arn                  = module.ca_other.arn
  certificate_signing_request = module.ca_other.certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/RootCACertificate/V1"
  validity = {
    type  = "YEARS"
    value = "20"
  }
}
