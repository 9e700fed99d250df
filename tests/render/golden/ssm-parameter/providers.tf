# Written by pcaform from ssm-parameter.yaml. Do not edit: change that file and render again.

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["123456789012"]
}

provider "aws" {
  alias               = "us-east-1"
  region              = "us-east-1"
  allowed_account_ids = ["123456789012"]
}
