"""One module and one plain function per command, callable without the command line."""
