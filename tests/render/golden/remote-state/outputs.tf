# Written by pcaform from remote-state.yaml. Do not edit: change that file and render again.

output "certificate_authority_arns" {
  description = "The ARN of each active CA, by its key in the spec."
  value = {
    web = module.ca_web.active_arn
  }
}

output "certificate_authorities" {
  description = "The ARN, certificate, chain, dates and serial of each active CA, by its key in the spec."
  value = {
    web = module.ca_web
  }
}

output "issuer_arns" {
  description = "The ARN of each issuer, by its key in the spec."
  value = {
    ci = module.issuer_ci.arn
  }
}

output "issuer_policy_arns" {
  description = "The ARNs of each issuer's policies, by its key in the spec."
  value = {
    ci = module.issuer_ci.policy_arns
  }
}

output "certificate_arns" {
  description = "The ARN of each private certificate, by its key in the spec."
  value = {
    intranet = module.certificate_intranet.arn
  }
}
