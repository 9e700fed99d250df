"""Reads CAs and their users from an AWS account; nothing is changed there."""
