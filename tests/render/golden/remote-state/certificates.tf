# Written by pcaform from remote-state.yaml. Do not edit: change that file and render again.

module "certificate_intranet" {
  source = "./modules/acm-certificate"

  certificate_authority_arn = module.acm_permission_permitted.certificate_authority_arn
  domain_name               = "intranet.corp.example"
}
