"""What a spec must mean, beyond its shape: one small named function per rule."""
