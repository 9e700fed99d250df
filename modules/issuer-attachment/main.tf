# SPDX-License-Identifier: Apache-2.0

# What an IAM user or role that exists may issue. The principal itself is somebody else's: it is neither read nor changed.

# A name that an apply makes known is neither null nor set while Terraform plans, so the caller says what it is.
locals {
  principal_type = var.principal_type != null ? var.principal_type : var.role_name == null ? "user" : "role"
}

resource "aws_iam_policy" "this" {
  for_each = var.policies

  name        = each.key
  path        = var.path
  description = var.policy_description
  policy      = each.value
  tags        = var.tags
}

resource "aws_iam_user_policy_attachment" "this" {
  # checkov:skip=CKV_AWS_40: the policy is written for this one user; a group would let others in
  for_each = local.principal_type == "user" ? var.policies : {}

  user       = var.user_name
  policy_arn = aws_iam_policy.this[each.key].arn
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = local.principal_type == "role" ? var.policies : {}

  role       = var.role_name
  policy_arn = aws_iam_policy.this[each.key].arn
}
