"""The page finds a port of its own, whoever else is there."""

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx

from tests.serving import serve


def test_pages_that_start_at_once_all_start(model_path):
    with ExitStack() as stack, ThreadPoolExecutor(4) as pool:
        starts = [pool.submit(stack.enter_context, serve(model_path, "--mcp")) for _ in range(4)]
        addresses = {start.result()[0] for start in starts}
        assert len(addresses) == 4
        for address in addresses:
            assert httpx.get(f"{address}healthz").status_code == 200


def test_a_port_that_is_taken_at_another_address_of_this_computer_is_passed_by(model_path):
    with ExitStack() as stack:
        taken = []
        for port in range(7860, 7870):
            with ExitStack() as one:
                one.enter_context(socket.create_server(("127.0.0.2", port)))
                taken.append(port)
                stack.push(one.pop_all())
        with serve(model_path, "--host", "0.0.0.0", "--mcp") as (address, _):
            port = int(address.rstrip("/").rpartition(":")[2])
            assert port not in taken
            assert httpx.get(f"{address}healthz", trust_env=False).status_code == 200
