"""Who may take part in a cluster: whoever has the certificates, and nobody else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import UsageError
from autograder.grading.engines.protocol import Certificates

if TYPE_CHECKING:
    from distributed import Security


def security(certificates: Certificates | None) -> Security:
    """Dask's form of certificates in files, for all roles; without any, those of Dask's own configuration.

    Raises:
        UsageError: a file is missing.
    """
    from distributed import Security

    if certificates is None:
        configured = Security(require_encryption=True)
        if configured.tls_ca_file is None:
            raise UsageError("an address with tls:// needs --tls-ca-file, --tls-cert and --tls-key")
        return configured
    for path in (certificates.ca, certificates.cert, certificates.key):
        if not path.is_file():
            raise UsageError(f"cannot find the file of a certificate: {path}")
    ca, cert, key = (str(path.absolute()) for path in (certificates.ca, certificates.cert, certificates.key))
    roles = ("client", "scheduler", "worker")
    return Security(
        require_encryption=True,
        tls_ca_file=ca,
        **{f"tls_{role}_cert": cert for role in roles},
        **{f"tls_{role}_key": key for role in roles},
    )


def temporary(folder: Path) -> Certificates:
    """Certificates for one batch, in a folder that is closed to others; no other batch accepts them.

    Raises:
        OSError: they cannot be written.
    """
    from distributed import Security

    made = Security.temporary()
    certificates = Certificates(ca=folder / "ca.pem", cert=folder / "cert.pem", key=folder / "key.pem")
    for path, text in (
        (certificates.ca, made.tls_ca_file),
        (certificates.cert, made.tls_worker_cert),
        (certificates.key, made.tls_worker_key),
    ):
        path.touch(mode=0o600)
        path.write_text(text, encoding="ascii")
    return certificates


def files_of(security: Security) -> tuple[Path, ...]:
    """The files with keys that students must not read."""
    found = security.get_tls_config_for_role("client"), security.get_tls_config_for_role("worker")
    keys = {role.get("key") for role in found}
    return tuple(Path(key) for key in sorted(filter(None, keys)) if "\n" not in key)
