# Written by pcaform from three-levels.yaml. Do not edit: change that file and render again.

module "ca_root" {
  source = "./modules/private-ca"

  type = "ROOT"
  subject = {
    common_name                  = "Root"
    country                      = "US"
    distinguished_name_qualifier = "q"
    generation_qualifier         = "III"
    given_name                   = "G"
    initials                     = "I"
    locality                     = "L"
    organization                 = "O"
    organizational_unit          = "OU"
    pseudonym                    = "P"
    state                        = "S"
    surname                      = "SN"
    title                        = "T"
  }
  key_algorithm                   = "EC_secp384r1"
  signing_algorithm               = "SHA384WITHECDSA"
  permanent_deletion_time_in_days = 7
  certificate = {
    certificate       = module.ca_root_certificate.certificate
    certificate_chain = module.ca_root_certificate.certificate_chain
  }
}

module "ca_root_certificate" {
  source = "./modules/ca-certificate"

  issuer_arn                  = module.ca_root.arn
  certificate_signing_request = module.ca_root.certificate_signing_request
  signing_algorithm           = "SHA384WITHECDSA"
  template_arn                = "arn:aws-us-gov:acm-pca:::template/RootCACertificate/V1"
  validity = {
    type  = "END_DATE"
    value = "2045-01-01T00:00:00Z"
  }
}

module "ca_policy-ca" {
  source = "./modules/private-ca"

  type = "SUBORDINATE"
  subject = {
    common_name = "Policy CA"
  }
  key_algorithm     = "EC_secp521r1"
  signing_algorithm = "SHA256WITHECDSA"
  certificate = {
    certificate       = module.ca_policy-ca_certificate.certificate
    certificate_chain = module.ca_policy-ca_certificate.certificate_chain
  }
  tags = {
    a                = "b"
    "key with space" = "and = value"
  }
}

module "ca_policy-ca_certificate" {
  source = "./modules/ca-certificate"

  issuer_arn                  = module.ca_root.active_arn
  certificate_signing_request = module.ca_policy-ca.certificate_signing_request
  signing_algorithm           = "SHA384WITHECDSA"
  template_arn                = "arn:aws-us-gov:acm-pca:::template/SubordinateCACertificate_PathLen1/V1"
  validity = {
    type  = "MONTHS"
    value = "120"
  }
}

module "ca_issuing_1" {
  source = "./modules/private-ca"

  type = "SUBORDINATE"
  subject = {
    common_name = "Issuing 1"
  }
  key_algorithm                 = "RSA_2048"
  signing_algorithm             = "SHA256WITHRSA"
  key_storage_security_standard = "FIPS_140_2_LEVEL_3_OR_HIGHER"
  revocation_configuration = {
    crl_configuration = {
      enabled            = true
      s3_bucket_name     = "crl-bucket"
      expiration_in_days = 7
      custom_cname       = "crl.corp.example"
      s3_object_acl      = "BUCKET_OWNER_FULL_CONTROL"
    }
    ocsp_configuration = {
      enabled           = true
      ocsp_custom_cname = "ocsp.corp.example"
    }
  }
  certificate = {
    certificate       = module.ca_issuing_1_certificate.certificate
    certificate_chain = module.ca_issuing_1_certificate.certificate_chain
  }
}

module "ca_issuing_1_certificate" {
  source = "./modules/ca-certificate"

  issuer_arn                  = module.ca_policy-ca.active_arn
  certificate_signing_request = module.ca_issuing_1.certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws-us-gov:acm-pca:::template/SubordinateCACertificate_PathLen0/V1"
  validity = {
    type  = "DAYS"
    value = "800"
  }
}

module "ca_short" {
  source = "./modules/private-ca"

  type = "SUBORDINATE"
  subject = {
    common_name = "Short"
  }
  key_algorithm     = "EC_prime256v1"
  signing_algorithm = "SHA256WITHECDSA"
  usage_mode        = "SHORT_LIVED_CERTIFICATE"
  revocation_configuration = {
    crl_configuration = {
      enabled = false
    }
  }
  certificate = {
    certificate       = module.ca_short_certificate.certificate
    certificate_chain = module.ca_short_certificate.certificate_chain
  }
}

module "ca_short_certificate" {
  source = "./modules/ca-certificate"

  issuer_arn                  = module.ca_policy-ca.active_arn
  certificate_signing_request = module.ca_short.certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws-us-gov:acm-pca:::template/SubordinateCACertificate_PathLen0/V1"
  validity = {
    type  = "DAYS"
    value = "30"
  }
}
