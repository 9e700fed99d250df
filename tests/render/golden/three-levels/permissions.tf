# Written by pcaform from three-levels.yaml. Do not edit: change that file and render again.

module "acm_permission_issuing_1" {
  source = "./modules/acm-permission"

  certificate_authority_arn = module.ca_issuing_1.active_arn
  actions                   = ["GetCertificate", "IssueCertificate", "ListPermissions"]
}
