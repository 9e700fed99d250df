# SPDX-License-Identifier: Apache-2.0

# The only difference from private-ca-with-certificate: Terraform may destroy what is protected there.

module "ca" {
  source = "../private-ca-unprotected"
}

module "certificate" {
  source = "../ca-certificate-unprotected"
}
