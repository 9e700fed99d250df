"""The command line: one file per command in `commands/`, the options and steps that several share, and the demo."""

import os

# pydantic would look through every installed distribution for plugins, which then could change what a spec means.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
