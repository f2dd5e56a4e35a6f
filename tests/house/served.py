"""The service as a process of its own, to be killed: python served.py DATABASE PORT RELAY_PORT [PROTOCOL]."""

import asyncio
import json
import sys
from collections.abc import Callable

from agent.service import serve
from agent.settings import Settings, _Tables

KEY = b"k" * 32


def settings_for(url: str, port: int, relay: int, protocol: str = "smtp") -> Settings:
    tables = {
        "service": {
            "domain": "alliance.test",
            "contact": "op@example.org",
            "allow": ["@a.test"],
            "quiet_hours": [0, 0],
        },
        "database": {"url": url},
        "trust": {"require": "registered"},
        "inbound": {"port": port, "protocol": protocol},
        "relay": {"port": relay},
    }
    return Settings(**dict(_Tables.model_validate_json(json.dumps(tables))), keys=(KEY,))


def main(url: str, port: str, relay: str, protocol: str = "smtp", *, ready: Callable[[int], None]) -> None:
    asyncio.run(serve(settings_for(url, int(port), int(relay), protocol), ready))


if __name__ == "__main__":
    main(*sys.argv[1:], ready=lambda port: print(port, flush=True))  # noqa: T201 - tells the test which port
