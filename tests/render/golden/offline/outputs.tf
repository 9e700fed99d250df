# Written by pcaform from offline.yaml. Do not edit: change that file and render again.

output "certificate_authority_arns" {
  description = "The ARN of each active CA, by its key in the spec."
  value = {
    issuing = module.ca_issuing.active_arn
  }
}

output "certificate_authorities" {
  description = "The ARN, certificate, chain, dates and serial of each active CA, by its key in the spec."
  value = {
    issuing = module.ca_issuing
  }
}

output "certificate_signing_requests" {
  description = "The request of each CA that is signed elsewhere, by its key in the spec."
  value = {
    issuing = module.ca_issuing.certificate_signing_request
  }
}
