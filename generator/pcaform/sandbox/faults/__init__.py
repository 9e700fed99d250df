"""Faults on demand: throttling, latency, server errors and refusals, injected in front of moto."""
