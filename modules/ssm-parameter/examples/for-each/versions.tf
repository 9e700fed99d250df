terraform {
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, != 6.0.0, != 6.14.0"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}
