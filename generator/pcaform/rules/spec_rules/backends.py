"""Rules about the backend: Terraform must know every argument, and none may hold a secret, which would be committed."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pcaform.rules.rule import error
from pcaform.spec.messages import describe_value, suggest
from pcaform.spec.parse import Violation
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import Loc
from pcaform.terraform.backends import BACKENDS, CLOUD, REMOTE_STATES, Backend, describe_gap, is_literal, is_secret_text

_SOURCE = "https://developer.hashicorp.com/terraform/language/backend"
_PARTIAL = "'terraform init -backend-config=FILE' with a file that is not committed"


@error("backend-argument", source=_SOURCE)
def backend_argument_is_known(spec: Spec) -> Iterator[Violation]:
    """A backend and its arguments are known to Terraform 1.11; blocks are given to `terraform init`."""
    if spec.terraform.backend is not None and spec.terraform.cloud is not None:
        yield Violation(("terraform", "cloud"), "a state is in one place: give 'cloud' or 'backend', not both")
    for loc, backend, settings in _list_places(spec):
        if backend is None:
            name = str(loc[-1])
            is_cloud = name == "cloud"  # not a backend, but a data source reads it as `remote`
            advice = "write it beside 'backend'" if loc[0] == "terraform" else "write 'remote'"
            hint = f", {advice}" if is_cloud else suggest(name, BACKENDS)
            yield Violation(loc, f"there is no backend '{name}'{hint}, known: {', '.join(BACKENDS)}")
            continue
        if backend is CLOUD and (message := describe_gap(settings)):
            yield Violation(loc, message)
        for argument, value in settings.items():
            if argument not in backend.secrets and (message := _describe_misfit(backend, argument, value)):
                yield Violation((*loc, argument), message)
        for argument, keys in backend.objects.items():
            value = settings.get(argument)
            for key in value if isinstance(value, Mapping) and keys else ():
                if key not in keys and key not in backend.secrets:
                    yield Violation((*loc, argument, key), _describe_unknown(key, sorted(keys)))


def _list_places(spec: Spec) -> Iterator[tuple[Loc, Backend | None, Mapping[str, Any]]]:
    """Yield the location, what Terraform knows, and the settings of the backend or `cloud`."""
    for name, settings in (spec.terraform.backend or {}).items():
        yield ("terraform", "backend", name), BACKENDS.get(name), settings
    if spec.terraform.cloud is not None:
        yield ("terraform", "cloud"), CLOUD, spec.terraform.cloud
    for name, settings in ((spec.references and spec.references.remote_state) or {}).items():
        yield ("references", "remote_state", name), REMOTE_STATES.get(name), settings


def _describe_misfit(backend: Backend, argument: str, value: Any) -> str:
    if argument in backend.blocks:
        return f"'{argument}' is a block, which a spec cannot have: give it to {_PARTIAL}"
    if argument not in backend.names:
        return _describe_unknown(argument, backend.names)
    allowed = "a mapping" if argument in backend.objects else "text, a number, true, false, or a list of them"
    fits = (
        isinstance(value, Mapping) and is_literal(value, depth=2) if argument in backend.objects else is_literal(value)
    )
    return "" if fits else f"'{argument}' is {describe_value(value)}, allowed: {allowed}"


def _describe_unknown(name: str, known: Iterable[str]) -> str:
    return f"unknown argument '{name}'{suggest(name, known) or ', known: ' + ', '.join(known)}"


@error("backend-secret", source=f"{_SOURCE}#partial-configuration")
def backend_holds_no_secret(spec: Spec) -> Iterator[Violation]:
    """A stack is committed, and Terraform copies its backend into plans: secrets come from the environment."""
    for place, backend, settings in _list_places(spec):
        for loc, argument, value in _list_arguments(settings, place):
            if backend and (variable := backend.secrets.get(argument)):
                way = f"the environment variable {variable}"
            elif is_secret_text(argument) or is_secret_text(value):
                way = "an environment variable of the backend"
            else:
                continue
            yield Violation(loc, f"'{argument}' holds a secret: take it out, and give it with {way} or {_PARTIAL}")


def _list_arguments(settings: Mapping[str, Any], loc: Loc) -> Iterator[tuple[Loc, str, Any]]:
    """Yield the location, the name and the value of every argument, those in objects too."""
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from _list_arguments(value, (*loc, name))
        else:
            yield (*loc, name), name, value
