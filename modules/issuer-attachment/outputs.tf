# SPDX-License-Identifier: Apache-2.0

output "policy_arns" {
  description = "The ARN of each policy, by its name."
  value       = { for name, policy in aws_iam_policy.this : name => policy.arn }
}
