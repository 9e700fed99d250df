# Written by pcaform from ssm-parameter.yaml. Do not edit: change that file and render again.

output "certificate_authority_arns" {
  description = "The ARN of each active CA, by its key in the spec."
  value = {
    web = module.ca_web.active_arn
    far = module.ca_far.active_arn
  }
}

output "certificate_authorities" {
  description = "The ARN, certificate, chain, dates and serial of each active CA, by its key in the spec."
  value = {
    web = module.ca_web
    far = module.ca_far
  }
}

output "certificate_signing_requests" {
  description = "The request of each CA that is signed elsewhere, by its key in the spec."
  value = {
    waiting = module.ca_waiting.certificate_signing_request
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

output "trust_bundle" {
  description = "The certificates of this stack's root CAs, PEM: what relying parties trust."
  value       = join("\n", compact([module.ca_far.certificate]))
}
