"""Name constraints of a CA in the spec; what each form allows is checked by the rule `name-constraints`."""

from typing import Annotated

from pydantic import Field

from pcaform.spec.types import Many, Model

_Text = Annotated[str, Field(min_length=1, max_length=1024)]
_Texts = Annotated[Many[_Text] | None, Field(min_length=1)]


class Subtrees(Model):
    """Names by their form; a name is in a subtree as RFC 5280, 4.2.1.10 says."""

    dns_names: _Texts = None
    """Domains: corp.example is the name and what is below, .corp.example only what is below."""
    directory_names: _Texts = None
    """Subjects that start with this, as in RFC 4514: O=Corp,C=DE."""
    ip_ranges: _Texts = None
    """Ranges of addresses, such as 10.0.0.0/8."""
    email_addresses: _Texts = None
    """A mailbox, a host, or with a leading dot what is below a domain."""
    uris: _Texts = None
    """The host of an address, or with a leading dot what is below a domain."""


class NameConstraints(Model):
    """For which names a CA and those below it may issue; a form that is not named is not constrained."""

    permitted: Subtrees | None = None
    """Only these names."""
    excluded: Subtrees | None = None
    """Never these names, even if they are permitted."""

    def texts(self) -> dict[str, dict[str, list[str]]]:
        """Return the texts by kind and form, without what is not there, as a certificate gives them back."""
        return self.model_dump(mode="json", exclude_none=True)
