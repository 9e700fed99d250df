"""The source of a stack's modules: a copy in each stack, one copy beside the stacks, or a source of the user."""

from dataclasses import dataclass

_QUERY = "?"


@dataclass(frozen=True, slots=True)
class ModuleSource:
    """A directory, registry or repository that contains all modules by name."""

    base: str
    is_copied: bool = False
    """Whether rendering copies the modules into the stack."""

    def of(self, module: str) -> str:
        """Return the `source` of one module; a query, such as `?ref=v1`, stays at the end."""
        path, mark, query = self.base.partition(_QUERY)
        return f"{path.rstrip('/')}/{module}{mark}{query}"


VENDORED = ModuleSource("./modules", is_copied=True)
SHARED = ModuleSource("../modules")


def parse_module_source(text: str) -> ModuleSource:
    """Return the source for `vendored`, `shared`, or any source that Terraform accepts."""
    return {"vendored": VENDORED, "shared": SHARED}.get(text) or ModuleSource(text)
