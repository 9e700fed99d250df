# Written by pcaform from workspace.yaml. Do not edit: change that file and render again.

provider "aws" {
  region              = "us-east-1"
  allowed_account_ids = ["123456789012"]
  profile             = "pki"
  use_fips_endpoint   = true

  default_tags {
    tags = {
      owner = "pki"
    }
  }

  ignore_tags {
    keys         = ["LastScan"]
    key_prefixes = ["cost:"]
  }
}

provider "aws" {
  alias               = "us-west-2"
  region              = "us-west-2"
  allowed_account_ids = ["123456789012"]
  profile             = "pki"
  use_fips_endpoint   = true

  default_tags {
    tags = {
      owner = "pki"
    }
  }

  ignore_tags {
    keys         = ["LastScan"]
    key_prefixes = ["cost:"]
  }
}
