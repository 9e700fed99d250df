# SPDX-License-Identifier: Apache-2.0

output "arn" {
  description = "The user's ARN."
  value       = aws_iam_user.this.arn
}

output "user_name" {
  description = "The user's name."
  value       = aws_iam_user.this.name
}

output "policy_arns" {
  description = "The ARN of each policy, by its name."
  value       = { for name, policy in aws_iam_policy.this : name => policy.arn }
}
