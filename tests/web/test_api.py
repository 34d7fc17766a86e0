"""The description of the API tells of every endpoint, argument and result."""

import httpx
import pytest
from gradio_client import Client

from web.api import ARGUMENTS, RESULTS


@pytest.fixture(scope="module")
def endpoints(address):
    """What the server says of each."""
    return httpx.get(f"{address}gradio_api/info").json()["named_endpoints"]


def test_every_argument_and_result_has_a_name_and_says_what_it_is(endpoints):
    assert {name.lstrip("/") for name in endpoints} == set(ARGUMENTS) == set(RESULTS)
    for name, endpoint in endpoints.items():
        named = [argument["parameter_name"] for argument in endpoint["parameters"]]
        assert named == [value.name for value in ARGUMENTS[name[1:]]]
        results = [result["label"] for result in endpoint["returns"]]
        assert results == [value.name for value in RESULTS[name[1:]]]
        for part in (*endpoint["parameters"], *endpoint["returns"]):
            assert part["python_type"]["description"].endswith("."), (name, part["label"])
        assert endpoint["description"].endswith(".")


def test_examples_are_of_nobody_elses_files(endpoints):
    for endpoint in endpoints.values():
        file, *_ = endpoint["parameters"]
        assert file["example_input"]["path"] in endpoint["code_snippets"]["python"]
        snippets = "".join(endpoint["code_snippets"].values())
        assert "github" not in snippets


def test_a_client_shows_the_descriptions(address):
    shown = Client(address, verbose=False).view_api(print_info=False, return_format="str")
    for values in (*ARGUMENTS.values(), *RESULTS.values()):
        for value in values:
            assert value.name in shown
            assert value.description in shown


def test_openapi_has_the_same_endpoints(address):
    schema = httpx.get(f"{address}gradio_api/openapi.json").json()
    for name, values in ARGUMENTS.items():
        call = schema["paths"][f"/gradio_api/call/v2/{name}"]["post"]
        body = call["requestBody"]["content"]["application/json"]
        assert list(body["schema"]["properties"]) == [value.name for value in values]
        assert call["description"].startswith("Find the faces")
