"""What a spec must mean, beyond its shape: the rules, their catalog, and loading a spec."""
