"""Taking over what Terraform cannot import: a state is patched, proven in a scratch copy of the stack, then pushed."""
