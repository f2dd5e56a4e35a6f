"""Makes mail as a domain of our own making would sign it, and says what the DNS would then hold."""

import base64
from dataclasses import dataclass, field
from functools import cache

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

# A key of 768 bits, which no tool makes any more; it opens nothing.
_WEAK = b"""-----BEGIN RSA PRIVATE KEY-----
MIIByQIBAAJhALrQ31SS+j7UQ15KL6rrn69MvwLpnYErZwVz8/hBoLL8/xNQ/2tE
rySHVEIXtxk+knsHe41fDn4cCSGKDGmINdc+lFLHNjJm9PtnrFuB143ttIjEkVb2
UNMNM3EBrm6zGwIDAQABAmBBtqloaY8HPMk5yKS93cY89qUWFDEoN6k0fNYr1IH/
lAjxtYMzK2TkV4om+YqZoa1wijS43yj+fh6Cq3656ot9lRNk2FTFEcvieGbDFTSP
1OFewAs0fA9F9BqXDqe61EkCMQDvPgHI9d1WEmX/HfK5A0RhqtTX5ct6/iU4v9jq
bQGiyVm25PQgiRvXJskB3BRKmZ0CMQDH5sdHN1gG91Yf7HIc43O3u8f8uLBF0qFR
I39+rJCoPdO47Wr9maPgd4cglqbcnhcCMCveMdOYiaJLs1opMqWMHNDP00FXSI1f
5pFWVD8AB+nCg+nOZ5lDqtAzs23c3fej3QIwfy88wPncXupE+KC2ZdztRgwKjKdx
N6twibA9MPpYO0LDD1i3Bs0W7/z8k2Zmmd1XAjB3dUpwjm/UooVRsNtJIbd83Sxs
cGCBAKWCftBqy2pmqS2W1sHEGNTx4W4FD60ckpY=
-----END RSA PRIVATE KEY-----
"""
_WEAK_PUBLIC = "MHwwDQYJKoZIhvcNAQEBBQADawAwaAJhALrQ31SS+j7UQ15KL6rrn69MvwLpnYErZwVz8/hBoLL8/xNQ/2tErySHVEIXtxk+knsHe41fDn4cCSGKDGmINdc+lFLHNjJm9PtnrFuB143ttIjEkVb2UNMNM3EBrm6zGwIDAQAB"
P_REJECT = "v=DMARC1; p=reject"


@cache
def _pair(bits: int, name: str) -> tuple[bytes, str]:
    """The private key as PEM, and the public one as a DKIM record has it. `name` tells keys of one size apart."""
    if bits < 1024:
        return _WEAK, _WEAK_PUBLIC
    key = rsa.generate_private_key(65537, bits)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return pem, base64.b64encode(public).decode()


@dataclass
class Signer:
    """A domain that signs its mail."""

    domain: str = "good.test"
    selector: str = "sel"
    bits: int = 1024
    dmarc: str = P_REJECT
    flags: str = ""  # of the key's record
    records: dict[str, tuple[str, ...] | None] = field(init=False)

    def __post_init__(self) -> None:
        self.pem, public = _pair(self.bits, self.domain)
        self.records = {f"{self.selector}._domainkey.{self.domain}": (f"v=DKIM1; k=rsa;{self.flags} p={public}",)}
        if self.dmarc:
            self.records[f"_dmarc.{self.domain}"] = (self.dmarc,)

    def sign(self, raw: bytes, **how: object) -> bytes:
        """The message with its signature on top."""
        made = dkim.sign(
            raw,
            self.selector.encode(),
            self.domain.encode(),
            self.pem,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=how.pop("headers", [b"from", b"to", b"subject"]),
            **how,
        )
        return made + raw
