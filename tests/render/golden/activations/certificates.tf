# Written by pcaform from activations.yaml. Do not edit: change that file and render again.

module "certificate_web" {
  source = "./modules/acm-certificate"

  certificate_authority_arn = module.acm_permission_issuing.certificate_authority_arn
  domain_name               = "web.corp.example"
  subject_alternative_names = ["www.corp.example"]
  key_algorithm             = "EC_prime256v1"
  early_renewal_duration    = "P30D"
  tags = {
    team = "web"
  }
}

module "certificate_far" {
  source = "./modules/acm-certificate"
  providers = {
    aws = aws.us-east-1
  }

  certificate_authority_arn = module.acm_permission_overseas.certificate_authority_arn
  domain_name               = "far.corp.example"
  key_algorithm             = "EC_prime256v1"
}

module "certificate_known" {
  source = "./modules/acm-certificate"

  certificate_authority_arn = module.acm_permission_issuing.certificate_authority_arn
  domain_name               = "known.corp.example"
  key_algorithm             = "EC_prime256v1"
}
