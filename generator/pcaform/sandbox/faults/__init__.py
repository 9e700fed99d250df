"""Faults injected on demand in front of moto: throttling, latency, server errors and refused calls."""
