"""The secrets: the keys that seal addresses, and the file beside the settings in which secrets may stand."""

import base64
import binascii
import re
from pathlib import Path

KEY_BYTES = 32  # as many as HMAC-SHA256 gives: a shorter key would be the weakest part of an address
ASK_FOR_A_KEY = "set it to at least 32 random bytes, base64 or hex, such as `openssl rand -hex 32` gives"


def secrets_beside(path: Path) -> dict[str, str]:
    """The secrets in the file `secrets` beside the settings, lines such as ALLIANCE_KEY=...; none if it cannot be read.

    PGPASSWORD is one of them, under the name by which every program knows it.
    """
    try:
        lines = path.with_name("secrets").read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    found = {name: value for name, _, value in (line.partition("=") for line in lines)}
    return {name: value for name, value in found.items() if name.startswith("ALLIANCE_") or name == "PGPASSWORD"}


def keys_of(text: str) -> tuple[tuple[bytes, ...], list[str]]:
    """Read the secrets that seal addresses, and what is wrong with them; a complaint never shows any of it."""
    if not text.strip():
        return (), [f"ALLIANCE_KEY: is missing; {ASK_FOR_A_KEY}"]
    keys: list[bytes] = []
    complaints = []
    for place, word in enumerate(text.split(","), start=1):
        key = bytes_of(word.strip())
        if key is None:
            complaints.append(f"ALLIANCE_KEY: key {place} is neither base64 nor hex; {ASK_FOR_A_KEY}")
        elif len(key) < KEY_BYTES:
            complaints.append(f"ALLIANCE_KEY: key {place} has {len(key)} bytes; {ASK_FOR_A_KEY}")
        else:
            keys.append(key)
    return tuple(keys), complaints


def bytes_of(word: str) -> bytes | None:
    """Read hex, else base64 in either alphabet, with or without its padding; None when it is neither."""
    try:
        if re.fullmatch(r"([0-9A-Fa-f]{2})+", word):
            return bytes.fromhex(word)
        standard = word.translate(str.maketrans("-_", "+/")).rstrip("=")
        return base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
