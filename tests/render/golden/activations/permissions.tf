# Written by pcaform from activations.yaml. Do not edit: change that file and render again.

module "acm_permission_issuing" {
  source = "./modules/acm-permission"

  certificate_authority_arn = module.ca_issuing.active_arn
  actions                   = ["GetCertificate", "IssueCertificate", "ListPermissions"]
}

module "acm_permission_overseas" {
  source = "./modules/acm-permission"
  providers = {
    aws = aws.us-east-1
  }

  certificate_authority_arn = module.ca_overseas.active_arn
  actions                   = ["GetCertificate", "IssueCertificate", "ListPermissions"]
}

module "acm_permission_shared" {
  source = "./modules/acm-permission"

  certificate_authority_arn = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-777777777777"
  actions                   = ["GetCertificate", "IssueCertificate", "ListPermissions"]
}

module "ca_share_issuing" {
  source = "./modules/ca-share"

  certificate_authority_arn = module.ca_issuing.active_arn
  accounts                  = ["210987654321"]
  organization              = "o-1234567890"
  template_arn              = "arn:aws:acm-pca:::template/EndEntityCertificate/V1"
}
