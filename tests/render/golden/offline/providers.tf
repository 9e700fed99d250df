# Written by pcaform from offline.yaml. Do not edit: change that file and render again.

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["123456789012"]
}
