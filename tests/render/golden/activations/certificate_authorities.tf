# Written by pcaform from activations.yaml. Do not edit: change that file and render again.

module "ca_root" {
  source = "./modules/private-ca"

  type = "ROOT"
  subject = {
    common_name = "Corp Root CA"
  }
  key_algorithm     = "EC_prime256v1"
  signing_algorithm = "SHA256WITHECDSA"
  certificate = {
    certificate       = module.ca_root_certificate_g2.certificate
    certificate_chain = module.ca_root_certificate_g2.certificate_chain
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
  superseded = true
}

module "ca_root_certificate_g2" {
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

module "ca_policy" {
  source = "./modules/private-ca"

  type = "SUBORDINATE"
  subject = {
    common_name = "Corp Policy CA"
  }
  key_algorithm     = "EC_prime256v1"
  signing_algorithm = "SHA256WITHECDSA"
  certificate = {
    certificate       = module.ca_policy_certificate_g4.certificate
    certificate_chain = module.ca_policy_certificate_g4.certificate_chain
  }
}

module "ca_policy_certificate_g3" {
  source = "./modules/ca-certificate"

  issuer_arn                  = module.ca_root.active_arn
  certificate_signing_request = module.ca_policy.certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen2/V1"
  validity = {
    type  = "YEARS"
    value = "10"
  }
  superseded = true
}

module "ca_policy_certificate_g4" {
  source = "./modules/ca-certificate"

  issuer_arn                  = module.ca_root.active_arn
  certificate_signing_request = module.ca_policy.certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen2/V1"
  validity = {
    type  = "YEARS"
    value = "10"
  }
}

module "ca_issuing" {
  source = "./modules/private-ca-unprotected"

  type = "SUBORDINATE"
  subject = {
    common_name = "Corp Issuing CA 1"
  }
  key_algorithm     = "EC_prime256v1"
  signing_algorithm = "SHA256WITHECDSA"
  revocation_configuration = {
    crl_configuration = {
      enabled            = true
      s3_bucket_name     = module.crl_bucket_corp-crl.bucket
      expiration_in_days = 7
      custom_cname       = "crl.corp.example"
      s3_object_acl      = "BUCKET_OWNER_FULL_CONTROL"
    }
  }
  certificate = {
    certificate       = module.ca_issuing_certificate.certificate
    certificate_chain = module.ca_issuing_certificate.certificate_chain
  }
  timeouts = {
    create = "5m"
  }
}

module "ca_issuing_certificate" {
  source = "./modules/ca-certificate-unprotected"

  issuer_arn                  = module.ca_policy.active_arn
  certificate_signing_request = module.ca_issuing.certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0_APIPassthrough/V1"
  validity = {
    type  = "YEARS"
    value = "5"
  }
  api_passthrough = jsonencode({
    Extensions = {
      CertificatePolicies = [
        {
          CertPolicyId = "2.5.29.32.0"
        },
      ]
    }
  })
}

module "ca_overseas" {
  source = "./modules/private-ca"
  providers = {
    aws = aws.us-east-1
  }

  type = "SUBORDINATE"
  subject = {
    common_name = "Corp Overseas CA"
  }
  key_algorithm     = "EC_prime256v1"
  signing_algorithm = "SHA256WITHECDSA"
  certificate = {
    certificate       = module.ca_overseas_certificate.certificate
    certificate_chain = module.ca_overseas_certificate.certificate_chain
  }
}

module "ca_overseas_certificate" {
  source = "./modules/ca-certificate"

  issuer_arn                  = module.ca_root.active_arn
  certificate_signing_request = module.ca_overseas.certificate_signing_request
  signing_algorithm           = "SHA256WITHECDSA"
  template_arn                = "arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen1/V1"
  validity = {
    type  = "YEARS"
    value = "5"
  }
}

module "ca_below-partner" {
  source = "./modules/private-ca"

  type = "SUBORDINATE"
  subject = {
    common_name = "Corp Partner CA"
  }
  key_algorithm     = "EC_prime256v1"
  signing_algorithm = "SHA256WITHECDSA"
  certificate = {
    certificate       = module.ca_below-partner_certificate.certificate
    certificate_chain = module.ca_below-partner_certificate.certificate_chain
  }
}

module "ca_below-partner_certificate" {
  source = "./modules/ca-certificate"
  providers = {
    aws = aws.eu-central-1_3d1c0286
  }

  issuer_arn                  = "arn:aws:acm-pca:eu-central-1:210987654321:certificate-authority/11111111-2222-3333-4444-666666666666"
  certificate_signing_request = module.ca_below-partner.certificate_signing_request
  signing_algorithm           = "SHA512WITHRSA"
  template_arn                = "arn:aws:acm-pca:::template/SubordinateCACertificate_PathLen0/V1"
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

module "ca_legacy" {
  source = "./modules/private-ca"

  type = "ROOT"
  subject = {
    common_name = "Legacy Root"
  }
  key_algorithm     = "EC_prime256v1"
  signing_algorithm = "SHA256WITHECDSA"
  revocation_configuration = {
    ocsp_configuration = {
      enabled = false
    }
  }
}
