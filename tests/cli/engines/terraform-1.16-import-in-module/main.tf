provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["123456789012"]
}
module "pki" {
  source = "./pki"
}
