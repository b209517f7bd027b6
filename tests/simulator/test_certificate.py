import shutil
import ssl
from pathlib import Path

import httpx2
import pytest
import trio

from flowalert.simulator.certificate import CertificateError, make_certificate
from flowalert.simulator.server import open_simulator


@pytest.mark.skipif(shutil.which("openssl") is None, reason="takes the openssl program")
async def test_certificate_is_trusted(tmp_path: Path) -> None:
    """A client that trusts the file, strictly, accepts the simulator; one that does not, refuses it."""
    certificate = make_certificate(tmp_path, "localhost")
    assert certificate.key.stat().st_mode & 0o077 == 0
    trusting = ssl.create_default_context(cafile=str(certificate.certificate))
    trusting.verify_flags |= ssl.VERIFY_X509_STRICT
    with trio.fail_after(10):
        async with open_simulator(ssl_context=certificate.load()) as simulator:
            for host in ("127.0.0.1", "localhost"):
                async with httpx2.AsyncClient(trust_env=False, verify=trusting) as http:
                    response = await http.get(simulator.token_url.replace("127.0.0.1", host))
                    assert response.status_code == 405
            async with httpx2.AsyncClient(trust_env=False) as http:
                with pytest.raises(httpx2.ConnectError):
                    await http.get(simulator.token_url)


def test_missing_program_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without openssl the error says what to install."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CertificateError, match="install it"):
        make_certificate(tmp_path, "127.0.0.1")


def test_failure_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What openssl complains of is passed on."""
    fake = tmp_path / "openssl"
    fake.write_text("#!/bin/sh\necho no room >&2\nexit 1\n", encoding="utf-8")
    fake.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with pytest.raises(CertificateError, match="made no certificate: no room"):
        make_certificate(tmp_path, "127.0.0.1")
