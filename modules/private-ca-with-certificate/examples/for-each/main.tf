variable "divisions" {
  description = "Each gets a root, and an issuing CA below it."
  type        = set(string)
  default     = ["eu", "us"]
}

module "root" {
  source   = "../.."
  for_each = var.divisions

  type                  = "ROOT"
  subject               = { common_name = "Corp Root CA ${each.key}", organization = "Corp" }
  key_algorithm         = "EC_secp384r1"
  certificates          = { g1 = { validity = { type = "YEARS", value = "20" } } }
  installed_certificate = "g1"
}

module "issuing" {
  source   = "../.."
  for_each = module.root

  type                  = "SUBORDINATE"
  subject               = { common_name = "Corp Issuing CA ${each.key}", organization = "Corp" }
  key_algorithm         = "EC_prime256v1"
  issuer                = { arn = each.value.active_arn, signing_algorithm = each.value.signing_algorithm }
  certificates          = { g1 = { validity = { type = "YEARS", value = "5" } } }
  installed_certificate = "g1"
}

output "issuing_arns" {
  description = "The ARN of each issuing CA, once it is active."
  value       = { for division, ca in module.issuing : division => ca.active_arn }
}
