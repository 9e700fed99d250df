provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["123456789012"]
}
locals {
  where = "./pki"
}
module "pki" {
  source = local.where
}
