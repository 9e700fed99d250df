"""One page about specs and accounts: what the other checks found, and what the pictures show, as one HTML page."""
