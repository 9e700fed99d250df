# Written by pcaform from principals.yaml. Do not edit: change that file and render again.

output "issuer_arns" {
  description = "The ARN of each issuer, by its key in the spec."
  value = {
    pipeline = module.issuer_pipeline.arn
    machines = module.issuer_machines.arn
  }
}
