mock_provider "aws" {
  override_during = plan

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/pki/pipeline" }
  }

  mock_resource "aws_iam_policy" {
    defaults = { arn = "arn:aws:iam::123456789012:policy/pki/one" }
  }

  mock_resource "aws_iam_instance_profile" {
    defaults = { arn = "arn:aws:iam::123456789012:instance-profile/pki/pipeline" }
  }
}

variables {
  role_name          = "pipeline"
  assume_role_policy = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
}

run "least" {
  command = plan

  module {
    source = "./modules/issuer-role"
  }

  assert {
    condition = (
      aws_iam_role.this.name == "pipeline"
      && aws_iam_role.this.path == "/"
      && aws_iam_role.this.assume_role_policy == var.assume_role_policy
      && aws_iam_role.this.max_session_duration == 3600
      && aws_iam_role.this.permissions_boundary == null
      && !aws_iam_role.this.force_detach_policies
    )
    error_message = "A role is a name and who may take it, for an hour."
  }

  assert {
    condition     = length(aws_iam_policy.this) == 0 && length(aws_iam_instance_profile.this) == 0
    error_message = "Nothing is allowed, and no instance takes it."
  }

  assert {
    condition     = output.arn == "arn:aws:iam::123456789012:role/pki/pipeline" && output.role_name == "pipeline"
    error_message = "The outputs are the role's."
  }

  assert {
    condition     = output.instance_profile_arn == null && output.instance_profile_name == null && length(output.policy_arns) == 0
    error_message = "There is neither an instance profile nor a policy."
  }
}

run "every_argument" {
  command = plan

  module {
    source = "./modules/issuer-role"
  }

  variables {
    path                  = "/pki/"
    permissions_boundary  = "arn:aws:iam::123456789012:policy/boundary"
    max_session_duration  = 7200
    instance_profile      = true
    tags                  = { owner = "pki" }
    force_detach_policies = true
    policies = {
      one = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
      two = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
    }
  }

  assert {
    condition = (
      aws_iam_role.this.path == "/pki/"
      && aws_iam_role.this.permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"
      && aws_iam_role.this.max_session_duration == 7200
      && aws_iam_role.this.force_detach_policies
      && aws_iam_role.this.tags == tomap({ owner = "pki" })
    )
    error_message = "Every plain argument is passed on."
  }

  assert {
    condition     = { for key, policy in aws_iam_policy.this : key => [policy.name, policy.path, policy.policy, policy.tags] } == { for name, document in var.policies : name => [name, "/pki/", document, tomap({ owner = "pki" })] }
    error_message = "Each policy is one of its own."
  }

  assert {
    condition = { for key, attached in aws_iam_role_policy_attachment.this : key => [attached.role, attached.policy_arn] } == {
      one = ["pipeline", "arn:aws:iam::123456789012:policy/pki/one"]
      two = ["pipeline", "arn:aws:iam::123456789012:policy/pki/one"]
    }
    error_message = "The role has each of them."
  }

  assert {
    condition = (
      aws_iam_instance_profile.this[0].role == "pipeline"
      && aws_iam_instance_profile.this[0].name == "pipeline"
      && aws_iam_instance_profile.this[0].path == "/pki/"
      && aws_iam_instance_profile.this[0].tags == tomap({ owner = "pki" })
    )
    error_message = "Instances take the role through a profile of its name."
  }

  assert {
    condition     = output.instance_profile_name == "pipeline" && output.policy_arns == { for name, policy in aws_iam_policy.this : name => policy.arn }
    error_message = "The outputs are the profile's name and the policies' ARNs."
  }

  assert {
    condition     = output.instance_profile_arn == "arn:aws:iam::123456789012:instance-profile/pki/pipeline"
    error_message = "The output is the profile's."
  }
}

run "policies_apart" {
  command = plan

  module {
    source = "./modules/issuer-role"
  }

  variables {
    path               = "/pki/"
    tags               = { owner = "pki" }
    policy_path        = "/"
    policy_tags        = {}
    policy_description = "To sign"
    policies           = { one = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
    description        = "A pipeline"
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
    condition     = aws_iam_role.this.path == "/pki/" && aws_iam_role.this.tags == tomap({ owner = "pki" }) && aws_iam_role.this.description == "A pipeline"
    error_message = "The role keeps its own."
  }
}
