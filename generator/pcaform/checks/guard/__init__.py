"""The guard: a plan of Terraform in, what it would break at AWS out."""
