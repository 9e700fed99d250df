# Written by pcaform from ssm-parameter.yaml. Do not edit: change that file and render again.

module "ca_web" {
  source = "./modules/private-ca"

  type = "SUBORDINATE"
  subject = {
    common_name = "Corp Web CA"
  }
  key_algorithm     = "EC_prime256v1"
  signing_algorithm = "SHA256WITHECDSA"
  certificate = {
    certificate       = module.ca_web_certificate.certificate
    certificate_chain = module.ca_web_certificate.certificate_chain
  }
}

module "ca_web_certificate" {
  source = "./modules/ca-certificate"

  issuer_arn                  = data.aws_ssm_parameter.root.insecure_value
  certificate_signing_request = module.ca_web.certificate_signing_request
  signing_algorithm           = "SHA384WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0/V1"
  validity = {
    type  = "YEARS"
    value = "5"
  }
}

module "ca_far" {
  source = "./modules/private-ca"
  providers = {
    aws = aws.us-east-1
  }

  type = "ROOT"
  subject = {
    common_name = "Corp Far CA"
  }
  key_algorithm     = "EC_prime256v1"
  signing_algorithm = "SHA256WITHECDSA"
  certificate = {
    certificate       = module.ca_far_certificate.certificate
    certificate_chain = module.ca_far_certificate.certificate_chain
  }
}

module "ca_far_certificate" {
  source = "./modules/ca-certificate"
  providers = {
    aws = aws.us-east-1
  }

  issuer_arn                  = module.ca_far.arn
  certificate_signing_request = module.ca_far.certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/RootCACertificate/V1"
  validity = {
    type  = "YEARS"
    value = "5"
  }
}

module "ca_waiting" {
  source = "./modules/private-ca"

  type = "SUBORDINATE"
  subject = {
    common_name = "Corp Waiting CA"
  }
  key_algorithm     = "EC_prime256v1"
  signing_algorithm = "SHA256WITHECDSA"
}
