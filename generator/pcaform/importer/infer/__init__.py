"""Infers a spec from an inventory: parents, certificates, permissions and policies; reports what does not fit."""
