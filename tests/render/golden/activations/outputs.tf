# Written by pcaform from activations.yaml. Do not edit: change that file and render again.

output "certificate_authority_arns" {
  description = "The ARN of each active CA, by its key in the spec."
  value = {
    root          = module.ca_root.active_arn
    policy        = module.ca_policy.active_arn
    issuing       = module.ca_issuing.active_arn
    overseas      = module.ca_overseas.active_arn
    below-partner = module.ca_below-partner.active_arn
    legacy        = module.ca_legacy.active_arn
  }
}

output "certificate_authorities" {
  description = "The ARN, certificate, chain, dates and serial of each active CA, by its key in the spec."
  value = {
    root          = module.ca_root
    policy        = module.ca_policy
    issuing       = module.ca_issuing
    overseas      = module.ca_overseas
    below-partner = module.ca_below-partner
    legacy        = module.ca_legacy
  }
}

output "certificate_signing_requests" {
  description = "The request of each CA that is signed elsewhere, by its key in the spec."
  value = {
    waiting = module.ca_waiting.certificate_signing_request
  }
}

output "crl_buckets" {
  description = "The name, ARN and domain of each bucket for CRLs, by its key in the spec."
  value = {
    corp-crl     = module.crl_bucket_corp-crl
    corp-reports = module.crl_bucket_corp-reports
    lists        = module.crl_bucket_lists
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
    web   = module.certificate_web.arn
    far   = module.certificate_far.arn
    known = module.certificate_known.arn
  }
}

output "trust_bundle" {
  description = "The certificates of this stack's root CAs, PEM: what relying parties trust."
  value       = join("\n", compact([module.ca_root.certificate, module.ca_legacy.certificate]))
}
