# Written by pcaform from ssm-parameter.yaml. Do not edit: change that file and render again.

module "ssm_parameter_web" {
  source = "./modules/ssm-parameter"

  name                      = "/pcaform/ssm-parameter/web"
  certificate_authority_arn = module.ca_web.active_arn
}

module "ssm_parameter_far" {
  source = "./modules/ssm-parameter"
  providers = {
    aws = aws.us-east-1
  }

  name                      = "/pcaform/ssm-parameter/far"
  certificate_authority_arn = module.ca_far.active_arn
}
