"""Read the arguments that a release of provider aws takes, from its published bindings for Python.

    python tests/terraform/read_bindings.py cdktn-provider-aws==25.8.1

writes provider-RELEASE.json beside this file. The bindings are made from the provider's own schema, so that a release
that is not on this machine, and its arguments, can be held against the modules and the table of arguments.
"""

import json
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from pcaform.terraform.arguments import ARGUMENTS

_INTERFACE = re.compile(r"export interface (\w+)[^{]*\{\n(.*?)\n\}", re.DOTALL)
_PROPERTY = re.compile(r"/docs/resources/\w+#(\w+) [^}]*\}(?:(?!\*/).)*\*/\s+readonly \w+(\??): ([\w{]+)", re.DOTALL)
_CONFIG = re.compile(r"export interface (\w+) extends cdktn\.TerraformMetaArguments")
_RELEASE = re.compile(r"/hashicorp/aws/([0-9.]+)/")


def read(package: str) -> tuple[str, dict[str, dict[str, str]]]:
    """Return the release of the provider, and of each type that we write each argument: required or optional."""
    kinds = sorted({"aws_ssm_parameter", *(row.resource for row in ARGUMENTS if row.resource)})
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", directory, package], check=True
        )
        (wheel,) = Path(directory).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            (assembly,) = [name for name in archive.namelist() if name.endswith(".jsii.tgz")]
            archive.extract(assembly, directory)
        with tarfile.open(Path(directory, assembly)) as inner:
            wanted = {f"package/lib/{kind.removeprefix('aws_').replace('_', '-')}/index.d.ts": kind for kind in kinds}
            texts = {
                wanted[each.name]: inner.extractfile(each).read().decode()  # type: ignore[union-attr]
                for each in inner
                if each.name in wanted
            }
    assert set(texts) == set(kinds), set(kinds) - set(texts)
    releases = {release for text in texts.values() for release in _RELEASE.findall(text)}
    assert len(releases) == 1, releases
    return releases.pop(), {kind: dict(sorted(_arguments(texts[kind]))) for kind in kinds}


def _arguments(text: str) -> Iterator[tuple[str, str]]:
    interfaces = dict(_INTERFACE.findall(text))
    (config,) = _CONFIG.findall(text)

    def walk(name: str, path: str) -> Iterator[tuple[str, str]]:
        for argument, optional, kind in _PROPERTY.findall(interfaces[name]):
            if kind in interfaces:
                yield from walk(kind, f"{path}{argument}.")
            else:
                yield f"{path}{argument}", "optional" if optional else "required"

    return walk(config, "")


if __name__ == "__main__":
    release, arguments = read(sys.argv[1])
    target = Path(__file__).with_name(f"provider-{release}.json")
    target.write_text(json.dumps(arguments, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"wrote {target.name}: {sum(map(len, arguments.values()))} arguments of {len(arguments)} types\n")
