"""Terraform's addresses of modules and resources, as text: `module.pki["eu.a"].aws_acmpca_permission.acm[0]`.

Format: https://developer.hashicorp.com/terraform/cli/state/resource-addressing
"""

import json
import re
from collections.abc import Iterator
from itertools import pairwise

from pcaform.terraform.hcl_writer import Index, Traversal, quote

_STEP = re.compile(r'\.?(?P<name>[A-Za-z_][A-Za-z0-9_-]*)|\[(?P<number>[0-9]+)\]|\[(?P<text>"(?:[^"\\]|\\.)*")\]')
_LONG_ESCAPE = re.compile(r"\\U([0-9A-Fa-f]{8})")
_KEYS = re.compile(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]')
_MODULE = "module"
_MODE = re.compile(r'(?P<modules>(?:module\.[\w-]+(?:\[(?:\d+|"(?:[^"\\]|\\.)*")\])?\.)*)(?:data|action)\.')


def parse(text: str) -> Traversal:
    """Return an address as a value for the writer; raises ValueError with a reason for the user."""
    steps = tuple(_steps(text))
    names = [step for step in steps if isinstance(step, str)]
    of_modules = [kind == _MODULE for kind in names[::2]]
    if len(names) % 2 or any(isinstance(one, Index) and isinstance(next_, Index) for one, next_ in pairwise(steps)):
        raise ValueError("this is not an address such as module.pki[0].aws_acmpca_certificate_authority.this")
    if not all(of_modules[:-1]):
        raise ValueError("modules come first in an address, and then one resource")
    return Traversal(steps)


def modules(text: str) -> list[str]:
    """Return the names of the modules in an address, the outermost first; none if the text is not an address."""
    try:
        names = [step for step in parse(text).steps if isinstance(step, str)]
    except ValueError:
        return []
    return [name for kind, name in zip(names[::2], names[1::2], strict=True) if kind == _MODULE]


def strip_mode(text: str) -> str:
    """Return the address of a data source or an action as that of a resource, so that it can be parsed."""
    match = _MODE.match(text)
    return match["modules"] + text[match.end() :] if match else text


def strip_keys(text: str) -> str:
    """Return the address of all instances of a resource and of its modules, as a `removed` block needs it."""
    return _KEYS.sub("", text)


def with_key(address: str, key: str | int) -> str:
    """Return the address of one instance, with its key as Terraform writes it."""
    return f"{address}[{key if isinstance(key, int) else quote(key)}]"


def resource_type(address: Traversal) -> str | None:
    """Return the type of the resource at an address; None for a module."""
    names = [step for step in address.steps if isinstance(step, str)]
    return None if names[-2] == _MODULE else names[-2]


def first_module(address: Traversal) -> str | None:
    """Return the root module's call that contains an address; None for a resource of the root module."""
    first, second, *_ = address.steps
    return second if first == _MODULE and isinstance(second, str) else None


def _steps(text: str) -> Iterator[str | Index]:
    position = 0
    while position < len(text) or not text:
        found = _STEP.match(text, position)
        is_dotted = found is not None and found.group("name") and (found.group().startswith(".") == (position > 0))
        if found is None or not (is_dotted or (found.group("name") is None and position)):
            raise ValueError(f"not an address from character {position + 1} on")
        if found.group("name"):
            yield found.group("name")
        else:
            number = found.group("number")
            yield Index(int(number) if number else _unquote(found.group("text")))
        position = found.end()


def _unquote(text: str) -> str:
    r"""Return the value of a quoted key: JSON's escapes and `\UXXXXXXXX`; doubled `${` and `%{` mean one."""
    try:
        json_text = _LONG_ESCAPE.sub(lambda match: json.dumps(chr(int(match.group(1), 16)))[1:-1], text)
        value = str(json.loads(json_text))
    except (ValueError, OverflowError):
        raise ValueError(f"the key {text} is not quoted as Terraform quotes it") from None
    return value.replace("$${", "${").replace("%%{", "%{")
