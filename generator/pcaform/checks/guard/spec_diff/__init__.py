"""Two specs in, the plan out that Terraform would make of the second over the first; no Terraform, no credentials."""
