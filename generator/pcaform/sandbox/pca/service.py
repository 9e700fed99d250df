"""Private CA as moto serves it: all operations in one response class, and the backend that names it."""

from __future__ import annotations

from types import SimpleNamespace

from moto.acmpca.urls import url_bases

from pcaform.sandbox.pca.access_operations import AccessOperations
from pcaform.sandbox.pca.backend import PrivateCaBackend
from pcaform.sandbox.pca.ca_operations import AuthorityOperations
from pcaform.sandbox.pca.certificate_operations import CertificateOperations
from pcaform.sandbox.pca.tag_operations import TagOperations


class PrivateCaResponse(AuthorityOperations, CertificateOperations, AccessOperations, TagOperations):
    """Every operation of the service that the sandbox has; moto finds a handler by its method's name."""


class AcmPcaBackend(PrivateCaBackend):
    """The backend that a server instantiates."""

    @property
    def _url_module(self) -> SimpleNamespace:
        """Tell moto which class answers; it would look for a module of URLs next to this one."""
        return SimpleNamespace(url_bases=url_bases, url_paths={"{0}/$": PrivateCaResponse.dispatch})
