# SPDX-License-Identifier: Apache-2.0

# An IAM role with exactly these policies: an issuer's, an administrator's or an auditor's. Its sessions end by themselves.

resource "aws_iam_role" "this" {
  # checkov:skip=CKV_AWS_61: who may take the role is an argument; a whole account is trusted only where it is named
  name                  = var.role_name
  path                  = var.path
  assume_role_policy    = var.assume_role_policy
  max_session_duration  = var.max_session_duration
  permissions_boundary  = var.permissions_boundary
  description           = var.description
  force_detach_policies = var.force_detach_policies
  tags                  = var.tags
}

resource "aws_iam_policy" "this" {
  for_each = var.policies

  name        = each.key
  path        = var.policy_path == null ? var.path : var.policy_path
  description = var.policy_description
  policy      = each.value
  tags        = var.policy_tags == null ? var.tags : var.policy_tags
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = var.policies

  role       = aws_iam_role.this.name
  policy_arn = aws_iam_policy.this[each.key].arn
}

resource "aws_iam_instance_profile" "this" {
  count = var.instance_profile ? 1 : 0

  name = aws_iam_role.this.name
  path = var.path
  role = aws_iam_role.this.name
  tags = var.tags
}
