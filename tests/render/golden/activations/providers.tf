# Written by pcaform from activations.yaml. Do not edit: change that file and render again.

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["123456789012"]

  assume_role {
    role_arn = "arn:aws:iam::123456789012:role/terraform"
  }

  default_tags {
    tags = {
      owner = "pki"
    }
  }
}

provider "aws" {
  alias               = "eu-central-1_3d1c0286"
  region              = "eu-central-1"
  allowed_account_ids = ["210987654321"]

  assume_role {
    role_arn    = "arn:aws:iam::210987654321:role/signer"
    external_id = "corp"
  }

  default_tags {
    tags = {
      owner = "pki"
    }
  }
}

provider "aws" {
  alias               = "eu-west-2"
  region              = "eu-west-2"
  allowed_account_ids = ["123456789012"]

  assume_role {
    role_arn = "arn:aws:iam::123456789012:role/terraform"
  }

  default_tags {
    tags = {
      owner = "pki"
    }
  }
}

provider "aws" {
  alias               = "us-east-1"
  region              = "us-east-1"
  allowed_account_ids = ["123456789012"]

  assume_role {
    role_arn = "arn:aws:iam::123456789012:role/terraform"
  }

  default_tags {
    tags = {
      owner = "pki"
    }
  }
}
