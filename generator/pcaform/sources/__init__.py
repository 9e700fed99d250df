"""Where existing CAs are read from; each source fills the same inventory."""
