root_years = "20"

issuing = {
  web    = { common_name = "Corp Web CA", acm = true }
  device = { common_name = "Corp Device CA", years = 2 }
}
