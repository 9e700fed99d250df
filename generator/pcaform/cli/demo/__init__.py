"""The acts of `pcaform demo`, and what they share: timed steps, the stack, OpenSSL and the program's own commands."""
