"""`pcaform completion`: prints the script by which a shell completes commands, options, their values and files."""

from typing import Annotated, Literal

from pcaform.cli.exit_codes import OK
from pcaform.cli.options import COMPLETION
from pcaform.core import console


def command(
    shell: Annotated[Literal["bash", "zsh", "fish"], "bash|zsh|fish: The shell."],
) -> int:
    """Print the completion script of a shell.

    Load it in the shell's start-up file; in zsh after 'compinit'.

    $ source <(pcaform completion bash)      # in ~/.bashrc
    $ source <(pcaform completion zsh)       # in ~/.zshrc
    $ pcaform completion fish | source       # in ~/.config/fish/config.fish
    """
    from typer._completion_shared import get_completion_script

    console.print_result(get_completion_script(prog_name="pcaform", complete_var=COMPLETION, shell=shell))
    return OK
