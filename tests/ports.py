"""A port of this machine that nobody uses, for servers that must be told theirs."""

import socket


def free_port() -> int:
    """One that was free a moment ago."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])
