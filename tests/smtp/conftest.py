"""What both ends of the wire need."""

import subprocess

import pytest


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A certificate for a test, and its key; left out where openssl is not installed."""
    at = tmp_path_factory.mktemp("tls")
    pair = at / "cert.pem", at / "key.pem"
    words = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    try:
        subprocess.run([*words.split(), *names, "-out", pair[0], "-keyout", pair[1]], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    return pair
