"""Inventory -> spec: who is whose parent, certificate, permission and policy; what does not fit is named."""
