"""Whom the web room answers, and what it tells browsers."""

import pytest
from visitor import served

from agent.web.server import is_loopback, listen


async def test_a_page_is_served_with_a_strict_policy_and_without_cookies(client):
    code, headers, content = await client.ask()

    assert code == 200
    assert "<title>Alliance" in content
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "set-cookie" not in headers


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "192.0.2.7", "[::", "localhost@evil.example"]
)
async def test_another_host_is_refused(client, host):
    assert (await client.ask(Host=host))[0] == 400


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:80", "LOCALHOST:8025", "[::1]:8025"])
async def test_the_machine_s_own_names_are_answered(client, host):
    assert (await client.ask(Host=host))[0] == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
    ],
)
async def test_what_another_site_makes_a_browser_send_moves_nothing(client, played, headers):
    code, _, _ = await client.ask("POST", "/do/year", **headers)

    assert code == 403
    assert played.acts == []


async def test_our_own_forms_are_taken(client, played):
    origin = f"http://127.0.0.1:{client.port}"
    code, _, _ = await client.ask("POST", "/do/year", Origin=origin, Sec_Fetch_Site="same-origin")

    assert code == 303
    assert played.acts == [("year", {})]


async def test_with_a_token_nothing_is_there_without_it(played):
    async with served(played, "s3cret") as client:
        assert (await client.ask())[0] == 404
        assert (await client.ask("POST", "/do/year"))[0] == 404
        assert (await client.ask("GET", "/wrong/"))[0] == 404
        assert (await client.ask("GET", "/s3cret/", Host="alliance.lan"))[0] == 200
    assert played.acts == []


def test_which_addresses_are_this_machine_alone():
    assert [is_loopback(h) for h in ("127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost")] == [True] * 5
    assert [is_loopback(h) for h in ("0.0.0.0", "::", "192.168.0.1", "localhost.example")] == [False] * 4


async def test_a_port_that_is_taken_is_told(client):
    with pytest.raises(OSError, match="in use"):
        listen("127.0.0.1", client.port)


@pytest.mark.parametrize("mode", ["no-cors", "cors", "same-origin"])
async def test_nothing_is_drawn_for_another_site_but_a_link_leads_here(client, mode):
    assert (await client.ask("GET", "/events", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode=mode))[0] == 403
    assert (await client.ask("GET", "/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate"))[0] == 200
