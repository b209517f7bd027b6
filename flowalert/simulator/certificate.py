"""A certificate for a simulator that speaks TLS: self-signed, so that it is its own authority."""

import ipaddress
import ssl
import subprocess
from pathlib import Path

from msgspec import Struct

_CONFIG = """\
[req]
distinguished_name = name
x509_extensions = extensions
prompt = no
[name]
CN = flowalert simulator
[extensions]
basicConstraints = critical, CA:TRUE
keyUsage = critical, digitalSignature, keyCertSign
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
subjectAltName = {names}
"""


class Certificate(Struct, frozen=True):
    """A certificate, which a client is to trust, and its private key: files in PEM."""

    certificate: Path
    key: Path

    def load(self) -> ssl.SSLContext:
        """Return the context of a server that shows it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


class CertificateError(Exception):
    """No certificate could be made; the text says why, and what to do."""


def make_certificate(folder: Path, host: str) -> Certificate:
    """Make a certificate for a host and this machine in a folder, good for 30 days; takes the `openssl` program.

    A library that makes certificates is no dependency of flowalert: only this one option would need it.
    """
    made = Certificate(folder / "ca.pem", folder / "key.pem")
    config = folder / "openssl.cnf"
    config.write_text(_CONFIG.format(names=", ".join(_names(host))), encoding="utf-8")
    command = ["openssl", "req", "-x509", "-config", str(config), "-days", "30", "-nodes"]
    command += ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    command += ["-out", str(made.certificate), "-keyout", str(made.key)]
    try:
        # The files hold a private key: openssl writes it for its owner alone.
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - no shell, own words
    except FileNotFoundError:
        raise CertificateError("TLS needs the openssl program; install it (apt install openssl)") from None
    if done.returncode:
        raise CertificateError(f"openssl made no certificate: {done.stderr.strip()}")
    return made


def _names(host: str) -> list[str]:
    names = ["DNS:localhost", "IP:127.0.0.1"]
    try:
        name = f"IP:{ipaddress.ip_address(host)}"
    except ValueError:
        name = f"DNS:{host}"
    return names if name in names else [*names, name]
