"""Who may do what on which CA: each request that counts, decided over the rendered policies by our own evaluator."""
