# Written by pcaform from remote-state.yaml. Do not edit: change that file and render again.

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

  issuer_arn                  = data.terraform_remote_state.root.outputs.certificate_authority_arns.root
  certificate_signing_request = module.ca_web.certificate_signing_request
  signing_algorithm           = "SHA384WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0/V1"
  validity = {
    type  = "YEARS"
    value = "5"
  }
}
