"""Spec -> stack: plan the files, render them as text, then write them to disk as a whole."""
