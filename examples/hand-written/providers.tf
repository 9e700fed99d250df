terraform {
  required_version = ">= 1.5"

  backend "s3" {
    bucket = "corp-tfstate"
    key    = "pki.tfstate"
    region = "eu-west-1"
  }
}

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["123456789012"]
}
