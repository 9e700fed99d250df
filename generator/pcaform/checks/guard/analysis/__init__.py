"""What several rules need to know about one change: facts, with no rule in them."""
