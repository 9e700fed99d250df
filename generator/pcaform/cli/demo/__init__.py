"""The parts of `pcaform demo`: steps that are told and timed, and what an issuer does with its own key."""
