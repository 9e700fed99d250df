mock_provider "aws" {
  override_during = plan

  mock_resource "aws_iam_user" {
    defaults = { arn = "arn:aws:iam::123456789012:user/pki/ci" }
  }

  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::123456789012:policy/pki/one" }
  }
}

variables {
  user_name = "ci"
}

run "least" {
  command = plan

  module {
    source = "./modules/issuer-user"
  }

  assert {
    condition     = aws_iam_user.this.name == "ci" && aws_iam_user.this.path == "/" && !aws_iam_user.this.force_destroy
    error_message = "A user is a name, and is not destroyed with its keys."
  }

  assert {
    condition     = aws_iam_user.this.permissions_boundary == null && length(aws_iam_policy.this) == 0
    error_message = "Nothing is allowed, and nothing bounded."
  }

  assert {
    condition     = output.arn == "arn:aws:iam::123456789012:user/pki/ci" && output.user_name == "ci"
    error_message = "The outputs are the user's."
  }
}

run "every_argument" {
  command = plan

  module {
    source = "./modules/issuer-user"
  }

  variables {
    path                 = "/pki/"
    permissions_boundary = "arn:aws:iam::123456789012:policy/boundary"
    force_destroy        = true
    tags                 = { owner = "pki" }
    policies = {
      one = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
      two = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
    }
  }

  assert {
    condition = (
      aws_iam_user.this.path == "/pki/"
      && aws_iam_user.this.permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"
      && aws_iam_user.this.force_destroy
      && aws_iam_user.this.tags == tomap({ owner = "pki" })
    )
    error_message = "Every plain argument is passed on."
  }

  assert {
    condition     = { for key, policy in aws_iam_policy.this : key => [policy.name, policy.path, policy.policy, policy.tags] } == { for name, document in var.policies : name => [name, "/pki/", document, tomap({ owner = "pki" })] }
    error_message = "Each policy is one of its own."
  }

  assert {
    condition = { for key, attached in aws_iam_user_policy_attachment.this : key => [attached.user, attached.policy_arn] } == {
      one = ["ci", "arn:aws:iam::123456789012:policy/pki/one"]
      two = ["ci", "arn:aws:iam::123456789012:policy/pki/one"]
    }
    error_message = "The user has each of them."
  }

  assert {
    condition     = output.policy_arns == { for name, policy in aws_iam_policy.this : name => policy.arn }
    error_message = "The output has the ARN of each policy."
  }
}

run "policies_apart" {
  command = plan

  module {
    source = "./modules/issuer-user"
  }

  variables {
    path               = "/pki/"
    tags               = { owner = "pki" }
    policy_path        = "/"
    policy_tags        = {}
    policy_description = "To sign"
    policies           = { one = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }

  assert {
    condition = (
      aws_iam_policy.this["one"].path == "/"
      && length(aws_iam_policy.this["one"].tags) == 0
      && aws_iam_policy.this["one"].description == "To sign"
    )
    error_message = "The policies have their own settings."
  }

  assert {
    condition     = aws_iam_user.this.path == "/pki/" && aws_iam_user.this.tags == tomap({ owner = "pki" })
    error_message = "The user keeps its own."
  }
}
