# Written by pcaform from corp-pki.yaml. Do not edit: change that file and render again.

output "certificate_authority_arns" {
  description = "The ARN of each active CA, by its key in the spec."
  value = {
    root    = module.ca_root.active_arn
    issuing = module.ca_issuing.active_arn
  }
}

output "issuer_arns" {
  description = "The ARN of each issuer, by its key in the spec."
  value = {
    ci  = module.issuer_ci.arn
    web = module.issuer_web.arn
  }
}
