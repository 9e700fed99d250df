"""The Private CA service for moto: a response class with all operations, and the backend that uses it."""

from __future__ import annotations

from types import SimpleNamespace

from moto.acmpca.urls import url_bases

from pcaform.sandbox.pca.access_operations import AccessOperations
from pcaform.sandbox.pca.backend import PrivateCaBackend
from pcaform.sandbox.pca.ca_operations import CaOperations
from pcaform.sandbox.pca.certificate_operations import CertificateOperations
from pcaform.sandbox.pca.tag_operations import TagOperations


class PrivateCaResponse(CaOperations, CertificateOperations, AccessOperations, TagOperations):
    """All operations that the sandbox supports; moto finds a handler by its method's name."""


class AcmPcaBackend(PrivateCaBackend):
    """The backend that a server instantiates."""

    @property
    def _url_module(self) -> SimpleNamespace:
        """Return moto's URLs with the response class; moto would look for a module `urls` next to this one."""
        return SimpleNamespace(url_bases=url_bases, url_paths={"{0}/$": PrivateCaResponse.dispatch})
