"""The page behind List-Unsubscribe: to look changes nothing, one POST does, and nothing can be learned here."""

from contextlib import asynccontextmanager

import pytest
from visitor import Client

from agent.web.server import listen, public, serving
from agent.web.unsubscribe import application

HOST = {"Host": "alliance.example.org"}
BODY = "List-Unsubscribe=One-Click"
FORM = HOST | {"Content_Type": "application/x-www-form-urlencoded"}
PARTS = (
    '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
    HOST | {"Content_Type": "multipart/form-data; boundary=b"},
)


class Clicks(list):
    """Keeps every click, unless it is away."""

    away = False

    async def take(self, token: str) -> bool:
        if not self.away:
            self.append(token)
        return not self.away


@pytest.fixture
def clicks() -> Clicks:
    return Clicks()


@asynccontextmanager
async def served(clicks):
    app = public(application(clicks.take), "https://alliance.example.org")
    with listen("127.0.0.1", 0) as listening:
        async with serving(app, listening):
            yield Client(listening.getsockname()[1])


@pytest.mark.row("T56")
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/u/abc", "/u/abc?List-Unsubscribe=One-Click", "/u/", "/", "/u/abc/"])
async def test_whoever_looks_changes_nothing(clicks, method, path):
    async with served(clicks) as client:
        code, headers, _ = await client.ask(method, path, BODY if method != "GET" else "", **FORM)

        assert code in (200, 404, 405)
        assert "location" not in headers
        assert not clicks


@pytest.mark.row("T60")
@pytest.mark.parametrize(("body", "headers"), [(BODY, FORM), PARTS], ids=["urlencoded", "multipart"])
async def test_one_post_is_enough_and_as_many_do_no_harm(clicks, body, headers):
    async with served(clicks) as client:
        for _ in range(3):
            code, told, content = await client.ask("POST", "/u/abc", body, **headers)

            assert code == 200
            assert "These letters stop now" in content
            assert not {"set-cookie", "location"} & set(told)
        assert clicks == ["abc"] * 3


@pytest.mark.row("T60")
async def test_whatever_program_and_whatever_page_posts_it(clicks):
    async with served(clicks) as client:
        for sent in (
            {"Origin": "null", "Sec_Fetch_Site": "cross-site"},
            {"Origin": "https://mail.example.net", "User_Agent": ""},
            {"Cookie": "a=b", "Referer": "https://mail.example.net/"},
        ):
            assert (await client.ask("POST", "/u/abc", BODY, **FORM, **sent))[0] == 200


@pytest.mark.parametrize("body", ["", "List-Unsubscribe=", "x" * 20_000])
async def test_a_post_that_does_not_say_so_changes_nothing(clicks, body):
    async with served(clicks) as client:
        assert (await client.ask("POST", "/u/abc", body, **FORM))[0] == 400
        assert not clicks


async def test_what_cannot_be_kept_now_is_not_said_to_be_done(clicks):
    clicks.away = True
    async with served(clicks) as client:
        code, headers, _ = await client.ask("POST", "/u/abc", BODY, **FORM)

        assert code == 503
        assert headers["retry-after"] == "300"


@pytest.mark.row("T57")
@pytest.mark.parametrize("host", ["evil.example", "alliance.example.org.evil.example", "", "127.0.0.1", "[::"])
async def test_another_name_is_not_ours(clicks, host):
    async with served(clicks) as client:
        assert (await client.ask("POST", "/u/abc", BODY, **FORM | {"Host": host}))[0] == 400
        assert not clicks


@pytest.mark.row("T57")
async def test_no_header_puts_another_name_into_a_page(clicks):
    async with served(clicks) as client:
        forged = dict.fromkeys(
            ("X_Forwarded_Host", "X_Forwarded_Server", "Forwarded", "X_Forwarded_Proto"), "evil.example"
        )
        for method, body in (("GET", ""), ("POST", BODY)):
            code, headers, content = await client.ask(method, "/u/abc", body, **FORM, **forged)

            assert code == 200
            assert "evil" not in content + str(headers)


@pytest.mark.row("T58", "T59")
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_the_token_goes_no_further(clicks, method, caplog, capfd):
    caplog.set_level("DEBUG")
    async with served(clicks) as client:
        code, headers, content = await client.ask(method, "/u/s3cret%22%3E%3Cscript%3E", BODY, **FORM)

    assert code == 200
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["x-robots-tag"] == "noindex, nofollow"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert "s3cret" not in content + str(headers) + caplog.text + "".join(capfd.readouterr())
    assert "<script" not in content
    assert "http" not in content
