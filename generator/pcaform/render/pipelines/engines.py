"""Templates of CI engines -> the files of a pipeline for a tree of specs, owned by a manifest as a stack is.

The templates are the files of `templates/pipelines/ENGINE`. Their marks are `[[ ]]` and `[% %]`, since the engines use
`{{ }}` themselves. Every value that they place is a word without a character that YAML, a shell or an engine could read
as code.
"""

import json
import re
import shlex
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Literal

from pcaform.core.problems import Failure
from pcaform.render import manifest
from pcaform.render.templates import Rendered, pipeline_environment

Engine = Literal["github", "gitlab", "atlantis"]
_WORD = re.compile(r"[A-Za-z0-9._/][A-Za-z0-9._/@:+=,?-]*")
_OPTION = re.compile(r"--[a-z-]+")
_PLACES: Mapping[Engine, tuple[str, str]] = {
    "github": ("${{ matrix.partition }}", "${{ matrix.account_id }}"),
    "gitlab": ("$PARTITION", "$ACCOUNT_ID"),
    "atlantis": ("%s", "%s"),
}
"""What an engine has for the partition and the account of a stack, when a job starts."""
_PIN = re.compile(
    r"([A-Za-z0-9._-]+(\[[a-z0-9,_-]+\])? ?(==|@) ?\S+|\S+\.whl)( ?;.*?)?(\s+--hash=sha256:[0-9a-f]{64})+(\s+#.*)?"
)


def render_pipeline(engine: Engine, values: Mapping[str, Any]) -> Rendered:
    """Return the files of an engine's pipeline, in the directory with its name; raises Failure for unsafe values."""
    partition, account = _PLACES[engine]
    filters = {
        "word": require_word,
        "words": lambda parts: " ".join(shlex.quote(require_word(each)) for each in parts),
        "called": lambda parts: shlex.join(each if _OPTION.fullmatch(each) else require_word(each) for each in parts),
        "listed": lambda parts: json.dumps([*map(require_word, parts)]),
        "pattern": lambda text: require_word(text).replace(".", "[.]"),
        "role": partial(_role, partition=partition, account=account),
    }
    environment, names = pipeline_environment(engine, filters)
    files = {name: environment.get_template(name).render(**values).encode() for name in names}
    files[manifest.NAME] = manifest.serialize(files, manifest.Record())
    return Rendered(f".{engine}", files, has_neighbours=True)


def require_word(value: object) -> str:
    """Return a value that is the same text in YAML's quotes, in a shell and in an expression of an engine."""
    text = str(value)
    if not _WORD.fullmatch(text):
        allowed = "only letters, digits and '._/@:+=,?-' are allowed, and '-' not as the first"
        raise Failure(f"'{text}': in a pipeline, {allowed}: rename it")
    return text


def _role(name: str, *, partition: str, account: str) -> str:
    return (
        require_word(name) if name.startswith("arn:") else f"arn:{partition}:iam::{account}:role/{require_word(name)}"
    )


def check_requirements(text: str, name: str) -> None:
    """Raise Failure unless a file of requirements pins pcaform, and all that is in it, by version and SHA-256."""
    lines = [line.strip() for line in re.sub(r"\\\n", " ", text).splitlines()]
    pins = [line for line in lines if line and not line.startswith("#")]
    loose = [line for line in pins if not _PIN.fullmatch(line)]
    if loose:
        raise Failure(f"{name}: not pinned by version and SHA-256: {loose[0]}", _how_to_pin(name))
    if not any(re.match(r"(.*/)?pcaform(\[| |==|@|-[0-9])", line) for line in pins):
        raise Failure(f"{name}: pcaform itself is not in it", _how_to_pin(name))


def _how_to_pin(name: str) -> str:
    return f"make it with: echo pcaform | uv pip compile --universal --generate-hashes --output-file {name} -"


def require_inside(values: Iterable[str]) -> None:
    """Raise Failure for a path that no other checkout has."""
    for value in values:
        if value.startswith("/") or ".." in value.split("/"):
            raise Failure(f"'{value}': a pipeline needs paths below the top of the repository: run it there")
