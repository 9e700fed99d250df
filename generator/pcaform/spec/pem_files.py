"""Replaces the file names of certificates in a spec by the text of the files, so that later stages only see values."""

from collections.abc import Callable, Iterator
from pathlib import Path

from pcaform.core.finding import Finding
from pcaform.core.problems import Invalid
from pcaform.spec.cas import CertificateAuthority, OfflineActivation
from pcaform.spec.parse import locate
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Document, Loc

_PEM = "-----BEGIN "
_NAMES = ("certificate", "certificate_chain", "certificate_signing_request")
_RULE = "file"


Reader = Callable[[str], str]
"""From a file's name to its text; raises OSError or ValueError if there is none."""


def file_reader(directory: Path) -> Reader:
    """Return a function that reads files relative to a directory, that of the spec."""
    return lambda name: (directory / name).read_text(encoding="ascii")


def load_pem_files(spec: Spec, document: Document, read: Reader) -> Spec:
    """Return the spec with the text of every file instead of its name; names are relative to the spec's directory.

    Raises Invalid with each file that cannot be read as text, located at its name.
    """
    problems: list[Finding] = []
    changed = {}
    for key, authority in spec.certificate_authorities.items():
        if not isinstance(authority, CertificateAuthority) or not isinstance(authority.activation, OfflineActivation):
            continue
        texts = {}
        for name, value in _list_file_names(authority.activation):
            try:
                texts[name] = read(value)
            except (OSError, ValueError) as error:
                loc: Loc = ("certificate_authorities", key, "activation", name)
                problems.append(document.problem(locate(document, loc), _describe(value, error), rule=_RULE))
        activation = authority.activation.model_copy(update=texts)
        changed[key] = authority.model_copy(update={"activation": activation})
    if problems:
        raise Invalid(problems)
    return spec.model_copy(update={"certificate_authorities": {**spec.certificate_authorities, **changed}})


def _list_file_names(activation: OfflineActivation) -> Iterator[tuple[str, str]]:
    for name in _NAMES:
        value = getattr(activation, name)
        if value is not None and not value.lstrip().startswith(_PEM):
            yield name, value


def _describe(value: str, error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) else "it is not a text file"
    return f"'{value}' is neither a certificate in PEM nor a file that can be read here: {reason}"
