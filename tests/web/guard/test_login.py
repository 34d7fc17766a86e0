"""The login as visitors and programs meet it, and what it keeps from them before."""

import os

import anyio
import httpx
import pytest
from gradio_client import Client
from starlette.middleware import Middleware

from tests.serving import run_app, serve
from tests.web.guard.guarded import client
from web.guard.login import FREE_OF_ADDRESS, Login, Passes

RIGHT = {"username": "ann", "password": "säcret"}
WRONG = RIGHT | {"password": "guess"}


def guarded(host="203.0.113.1", secret=b"shared", password="säcret"):
    return client(Middleware(Login, {"ann": password}, secret), host=host)


def test_nothing_is_told_before_the_login_but_that_the_server_is_up(model_path):
    logins = {"FER_AUTH": "ann:säcret"}
    with (
        serve(model_path, **logins) as (address, _),
        httpx.Client(base_url=address, timeout=60) as page,
    ):
        form = page.get("/", headers={"accept": "text/html", "accept-language": "de"})
        assert form.status_code == 401
        assert "Passwort" in form.text
        for word in ("gradio", "predict", "student", "toy"):
            assert word not in form.text
        for path in ("config", "gradio_api/info", "live", "assets/x.js", "webcam/main.js"):
            assert page.get(path).status_code == 401, path
        assert page.post("gradio_api/upload", files={"files": b"x"}).status_code == 401
        assert page.get("healthz").status_code == 200

        assert page.post("login", data=WRONG).status_code == 401
        answer = page.post("login", data=RIGHT, headers={"accept": "text/html"})
        assert (answer.status_code, answer.headers["location"]) == (303, "./")
        assert page.get("config").status_code == 200
        assert page.get("logout").status_code == 303
        assert page.get("config").status_code == 401
        program = Client(address, auth=("ann", "säcret"), verbose=False)
        assert program.view_api(return_format="dict")["named_endpoints"]


def test_many_wrong_passwords_make_their_address_wait_and_no_other():
    async def tried():
        async with guarded() as guesser, guarded(host="203.0.113.2") as ann:
            # Both clients have to meet the same server.
            ann._transport.app = guesser._transport.app
            guesses = [(await guesser.post("/login", data=WRONG)) for _ in range(7)]
            right = await guesser.post("/login", data=RIGHT)
            return guesses, right, await ann.post("/login", data=RIGHT)

    guesses, right, anns = anyio.run(tried)
    statuses = [answer.status_code for answer in guesses]
    assert statuses == [401] * FREE_OF_ADDRESS + [429] * (7 - FREE_OF_ADDRESS)
    assert int(guesses[-1].headers["retry-after"]) >= 1
    assert "wait" in guesses[-1].json()["detail"]
    assert right.status_code == 429, "a guess is not looked at before its time"
    assert anns.status_code == 200


def test_processes_that_share_a_secret_know_the_same_people():
    async def tried():
        async with guarded() as one, guarded() as two, guarded(secret=b"other") as other:
            await one.post("/login", data=RIGHT)
            statuses = []
            for replica in (two, other, guarded(password="new")):
                replica.cookies = one.cookies
                statuses.append((await replica.get("/config")).status_code)
            return statuses

    assert anyio.run(tried) == [200, 401, 401]


def test_a_pass_that_was_changed_or_is_too_old_is_none(subtests, monkeypatch):
    passes = Passes({"ann": "a", "bob": "b"}, b"secret")
    good = passes.issue("ann")
    assert passes.holds(good)
    name, ends, signature = good.split(".")
    for forged in [
        "",
        ".",
        "..",
        f"{b'bob'.hex()}.{ends}.{signature}",
        f"{name}.{int(ends) + 9}.{signature}",
        f"{name}.nan.{signature}",
        f"{name}.{ends}.",
        f"zz.{ends}.{signature}",
        f"ff.{ends}.{signature}",
        f"{name}.{ends}.ä",
    ]:
        with subtests.test(forged=forged):
            assert not passes.holds(forged)
    monkeypatch.setattr("web.guard.login.time.time", lambda: float(ends) + 1)
    assert not passes.holds(good)


@pytest.mark.parametrize("fields", [{}, {"username": "ann"}, {"password": "x" * 5000}])
def test_a_form_that_is_none_is_refused(fields):
    async def status():
        async with guarded() as page:
            return (await page.post("/login", data=fields)).status_code

    assert anyio.run(status) in (400, 401)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"x"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\nx\r\n--b--\r\n',
        ),
        ("application/x-www-form-urlencoded", b"username=ann&" * 20),
    ],
    ids=["no boundary", "a file", "many fields"],
)
def test_a_form_that_cannot_be_read_is_the_senders_fault(kind, body):
    async def status():
        async with guarded() as page:
            headers = {"content-type": kind}
            return (await page.post("/login", content=body, headers=headers)).status_code

    assert anyio.run(status) == 400


def test_logins_come_from_a_file_with_one_sentence_where_it_is_none(subtests, tmp_path, model_path):
    for content, words in [
        ("ann", ("Line 1 of", "USER:PASSWORD")),
        ("# ann:x\n\n", ("holds no login",)),
        ("ann:ä".encode("latin-1"), ("UTF-8",)),
        (None, ("none.txt",)),
    ]:
        with subtests.test(content=content):
            path = tmp_path / ("logins.txt" if content else "none.txt")
            if content:
                path.write_bytes(content if isinstance(content, bytes) else content.encode())
            ended = run_app("--model", model_path, "--auth-file", path)
            assert ended.returncode == 2
            assert ended.stderr.count("\n") == 1
            for part in words:
                assert part in ended.stderr
    ended = run_app("--model", model_path, env=os.environ | {"FER_AUTH": "nobody"})
    assert (ended.returncode, "FER_AUTH" in ended.stderr) == (2, True)
    (tmp_path / "good.txt").write_text("# ours\nann:a:b\n\nbob:c\n")
    with serve(model_path, "--auth-file", str(tmp_path / "good.txt")) as (address, _):
        for user, password in (("ann", "a:b"), ("bob", "c")):
            login = {"username": user, "password": password}
            assert httpx.post(f"{address}login", data=login).status_code == 200


def test_a_proxy_on_another_computer_is_believed_where_it_is_named(model_path):
    def statuses(home):
        transport = httpx.HTTPTransport(local_address=home)
        with httpx.Client(base_url=address, transport=transport, timeout=60) as visitor:
            return [
                visitor.post(
                    "login", data=WRONG, headers={"x-forwarded-for": f"203.0.113.{number}"}
                ).status_code
                for number in range(FREE_OF_ADDRESS + 1)
            ]

    named = {"FER_AUTH": "ann:säcret", "FORWARDED_ALLOW_IPS": "127.0.0.7"}
    with serve(model_path, **named) as (address, _):
        assert statuses("127.0.0.7") == [401] * (FREE_OF_ADDRESS + 1)
        assert statuses("127.0.0.8") == [401] * FREE_OF_ADDRESS + [429]
