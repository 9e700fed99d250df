module "ca_root" {
  source = "../.."

  type          = "ROOT"
  subject       = { common_name = "Corp Root CA", organization = "Corp", country = "DE" }
  key_algorithm = "EC_secp384r1"

  certificate = { certificate = module.ca_root_certificate.certificate }
}

module "ca_root_certificate" {
  source = "../../../ca-certificate"

  issuer_arn                  = module.ca_root.arn
  certificate_signing_request = module.ca_root.certificate_signing_request
  signing_algorithm           = module.ca_root.signing_algorithm
  template_arn                = "arn:aws:acm-pca:::template/RootCACertificate/V1"
  validity                    = { type = "YEARS", value = "20" }
}

output "trust_anchor" {
  description = "What relying parties trust, PEM."
  value       = module.ca_root.certificate
}
