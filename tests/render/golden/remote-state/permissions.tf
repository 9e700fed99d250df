# Written by pcaform from remote-state.yaml. Do not edit: change that file and render again.

module "acm_permission_permitted" {
  source = "./modules/acm-permission"

  certificate_authority_arn = data.terraform_remote_state.permitted.outputs.certificate_authority_arns.issuing
  actions                   = ["GetCertificate", "IssueCertificate", "ListPermissions"]
}
