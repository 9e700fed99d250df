"""What a team writes in an hour: a script that fills templates from YAML, and checks nothing; see fleet.py.

It writes as many files and bytes as `pcaform render`, from templates without a loop or a condition.
"""

import sys
from pathlib import Path
from typing import Any

import jinja2
import yaml


def merge(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Return a mapping laid over another."""
    both = {key: merge(under[key], over[key]) for key in under.keys() & over.keys() if isinstance(over[key], dict)}
    return {**under, **over, **both}


def main(home: Path) -> None:
    """Fill the templates for each spec, and copy the modules."""
    loader = jinja2.FileSystemLoader(home / "templates")
    environment = jinja2.Environment(
        loader=loader,
        autoescape=False,  # noqa: S701 - it writes no HTML
        keep_trailing_newline=True,
        variable_start_string="[[",
        variable_end_string="]]",
    )
    templates = {path.name: environment.get_template(path.name) for path in (home / "templates").iterdir()}
    specs = home / "specs"
    base = yaml.load((specs / "base.yaml").read_bytes(), yaml.CSafeLoader)
    for path in specs.glob("*/*.yaml"):
        spec = merge(base, yaml.load(path.read_bytes(), yaml.CSafeLoader))
        out = home / "filled" / spec["stack"]
        out.mkdir(parents=True)
        values = {
            "stack": spec["stack"],
            "region": spec["aws"]["region"],
            "account": spec["aws"]["account_id"],
            "key": spec["terraform"]["backend"]["s3"]["key"],
            "team": spec["certificate_authorities"]["root"]["subject"]["common_name"].rpartition(" ")[2],
        }
        for name, template in templates.items():
            (out / name).write_text(template.render(values))
    modules = home / "stacks" / "modules"
    for path in modules.rglob("*"):
        if path.is_file():
            target = home / "filled" / "modules" / path.relative_to(modules)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
