mock_provider "aws" {
  override_during = plan

  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::123456789012:policy/pki/one" }
  }
}

variables {
  policies = { one = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
}

run "a_user" {
  command = plan

  module {
    source = "./modules/issuer-attachment"
  }

  variables {
    user_name = "builder"
  }

  assert {
    condition     = aws_iam_policy.this["one"].name == "one" && aws_iam_policy.this["one"].path == "/" && aws_iam_policy.this["one"].policy == var.policies["one"]
    error_message = "The policy is as given."
  }

  assert {
    condition     = aws_iam_user_policy_attachment.this["one"].user == "builder" && aws_iam_user_policy_attachment.this["one"].policy_arn == "arn:aws:iam::123456789012:policy/pki/one"
    error_message = "The user has it."
  }

  assert {
    condition     = length(aws_iam_role_policy_attachment.this) == 0
    error_message = "No role has it."
  }

  assert {
    condition     = output.policy_arns == { one = "arn:aws:iam::123456789012:policy/pki/one" }
    error_message = "The output is the policy's."
  }
}

run "a_role" {
  command = plan

  module {
    source = "./modules/issuer-attachment"
  }

  variables {
    role_name = "deployer"
    path      = "/pki/"
    tags      = { owner = "pki" }

    policy_description = "To sign"
  }

  assert {
    condition     = aws_iam_policy.this["one"].path == "/pki/" && aws_iam_policy.this["one"].tags == tomap({ owner = "pki" })
    error_message = "Path and tags are the policy's."
  }

  assert {
    condition     = aws_iam_policy.this["one"].description == "To sign"
    error_message = "So is the description."
  }

  assert {
    condition     = aws_iam_role_policy_attachment.this["one"].role == "deployer" && length(aws_iam_user_policy_attachment.this) == 0
    error_message = "The role has it, and no user."
  }
}

run "a_role_of_a_name_that_an_apply_makes" {
  command = plan

  module {
    source = "./modules/issuer-attachment"
  }

  variables {
    role_name      = "deployer"
    principal_type = "role"
  }

  assert {
    condition     = aws_iam_role_policy_attachment.this["one"].role == "deployer" && length(aws_iam_user_policy_attachment.this) == 0
    error_message = "The role has it, and no user."
  }
}
