# Written by pcaform from corp-pki.yaml. Do not edit: change that file and render again.

module "acm_permission_issuing" {
  source = "./modules/acm-permission"

  certificate_authority_arn = module.ca_issuing.active_arn
  actions                   = ["GetCertificate", "IssueCertificate", "ListPermissions"]
}
