"""Where a stack's modules come from: copies in it, one copy beside the stacks, or a source of the user's own."""

from dataclasses import dataclass

_QUERY = "?"


@dataclass(frozen=True, slots=True)
class ModuleSource:
    """A place that holds all modules by name."""

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
    """Return the source that a user means by `vendored`, `shared`, or any source that Terraform takes."""
    return {"vendored": VENDORED, "shared": SHARED}.get(text) or ModuleSource(text)
