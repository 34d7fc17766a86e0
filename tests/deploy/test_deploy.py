"""The files of deploy/ parse, find what they name, and agree with one another."""

import json
import re
import shutil
import subprocess

import pytest
from ruamel.yaml import YAML

from pipeline.foundation.params import REPOSITORY
from web.flags import parse_flags

DEPLOY = REPOSITORY / "deploy"
METRICS = {
    "fer_pictures_total": {"way"},
    "fer_faces_total": {"way"},
    "fer_answer_seconds_bucket": {"way", "le"},
    "fer_refused_total": {"status"},
    "fer_webcam_visitors": set(),
    "process_resident_memory_bytes": set(),
}
"""What the page measures and the files here may ask for, with the labels of each."""
BY_PROMETHEUS = {"up", "job", "instance"}
WORDS = {"sum", "by", "rate", "histogram_quantile", "__rate_interval"}


def load(name):
    return YAML(typ="safe").load((DEPLOY / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def services():
    return load("compose.yaml")["services"]


def expressions():
    """Every question to Prometheus: of the dashboard's panels and of the alerts."""
    panels = json.loads((DEPLOY / "dashboard.json").read_text(encoding="utf-8"))["panels"]
    rules = [rule for group in load("alerts.yml")["groups"] for rule in group["rules"]]
    asked = [target["expr"] for panel in panels for target in panel["targets"]]
    return asked + [rule["expr"] for rule in rules]


def test_the_dashboard_and_the_alerts_ask_for_what_there_is():
    for expression in expressions():
        names = set(re.findall(r"\b[a-z_]{2,}\b", re.sub(r'"[^"]*"|\[\w+]', "", expression)))
        metrics = names & {*METRICS, "up"}
        assert metrics, expression
        labels = set().union(*(METRICS.get(metric, set()) for metric in metrics))
        assert names <= metrics | labels | BY_PROMETHEUS | WORDS, expression


def test_prometheus_asks_every_page_where_it_answers(services):
    pages = {name: page for name, page in services.items() if page["image"] == "fer-page"}
    [job] = load("prometheus.yml")["scrape_configs"]
    [listed] = job["static_configs"]
    wanted = set()
    for name, page in pages.items():
        place = page["command"][page["command"].index("--metrics") + 1]
        wanted.add(f"{name}:{place.rpartition(':')[2]}")
    assert len(wanted) == 2
    assert {*listed["targets"]} == wanted


def test_nginx_leads_to_every_page(services):
    servers = re.findall(r"^server (\S+) ", (DEPLOY / "replicas-compose.conf").read_text(), re.M)
    pages = [name for name, page in services.items() if page["image"] == "fer-page"]
    assert servers == [f"{name}:7860" for name in pages]
    assert "./replicas-compose.conf:/etc/nginx/replicas.conf:ro" in services["nginx"]["volumes"]


def test_grafana_draws_from_the_prometheus_of_the_compose_file(services):
    [source] = load("grafana-datasource.yaml")["datasources"]
    assert source["url"] == "http://prometheus:9090"
    assert "prometheus" in services
    dashboard = json.loads((DEPLOY / "dashboard.json").read_text(encoding="utf-8"))
    assert {panel["datasource"]["uid"] for panel in dashboard["panels"]} == {source["uid"]}
    [provider] = load("grafana-dashboards.yaml")["providers"]
    mounted = [volume.split(":")[1] for volume in services["grafana"]["volumes"]]
    assert f"{provider['options']['path']}/fer.json" in mounted


def test_every_service_can_do_as_little_as_possible_and_is_bounded(services):
    for name, service in services.items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert {*service["deploy"]["resources"]["limits"]} == {"cpus", "memory"}, name


def test_nothing_starts_on_a_secret_that_is_known(services):
    secrets = {
        variable: value
        for service in services.values()
        for variable, value in service.get("environment", {}).items()
        if re.search("PASSWORD|SECRET", variable)
    }
    assert len(secrets) == 4
    for variable, value in secrets.items():
        assert re.fullmatch(r"\$\{\w+:\?.+}", value), variable


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_the_document_writes_the_secrets_that_compose_asks_for_nobody_elses_to_read(
    documented, tmp_path
):
    [block] = documented
    *secrets, compose = block.code.splitlines()
    assert compose.startswith("docker compose -f deploy/compose.yaml up ")
    (tmp_path / "deploy").mkdir()
    subprocess.run(["sh", "-ec", "\n".join(secrets)], cwd=tmp_path, check=True)
    written = tmp_path / "deploy" / ".env"
    assert written.stat().st_mode & 0o077 == 0
    found = dict(line.split("=") for line in written.read_text().splitlines())
    asked = re.findall(r"\$\{(\w+):\?", (DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    assert set(found) == set(asked)
    assert min(map(len, found.values())) == 64


def test_only_the_balancer_is_open_to_other_computers(services):
    opened = {
        name
        for name, service in services.items()
        for port in service.get("ports", ())
        if not port.startswith("127.0.0.1:")
    }
    assert opened == {"nginx"}


def test_a_page_may_drain_before_it_is_killed(services):
    for page in (services["page-1"], services["page-2"]):
        drain = page["command"][page["command"].index("--drain") + 1]
        assert int(page["stop_grace_period"].removesuffix("s")) > int(drain)


def test_the_image_is_made_of_what_is_sent_to_the_builder_and_of_all_of_it():
    recipe = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    copied = {
        source
        for line in re.findall(r"^COPY (?!--from)(.+) \S+$", recipe, re.MULTILINE)
        for source in line.split()
    }
    sent = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8")
    assert copied == {*re.findall(r"^!(.+)$", sent, re.MULTILINE)}
    assert [source for source in copied if not (REPOSITORY / source).exists()] == []
    assert "-c constraints.txt -r requirements-app.txt" in recipe


def test_every_file_that_is_mounted_is_there(services):
    mounted = [volume for service in services.values() for volume in service.get("volumes", ())]
    files = [volume.split(":")[0] for volume in mounted if volume.startswith("./")]
    assert "./nginx.conf" in files
    assert [name for name in files if not (DEPLOY / name).is_file()] == []


def test_the_page_knows_the_flags_that_it_is_started_with(services):
    recipe = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    python, program, *first = json.loads(re.findall(r"^ENTRYPOINT (.+)$", recipe, re.MULTILINE)[0])
    assert (python, program) == ("python", "app.py")
    flags = parse_flags([*first, *services["page-1"]["command"]])
    assert (flags.host, flags.drain) == ("0.0.0.0", 20)
    assert flags.metrics[0] == "0.0.0.0"
    assert f"EXPOSE {flags.port}\n" in recipe
    assert f"http://127.0.0.1:{flags.port}/readyz" in recipe


@pytest.mark.skipif(not shutil.which("promtool"), reason="no promtool: install prometheus")
def test_prometheus_takes_its_settings_and_the_alerts():
    command = ["promtool", "check", "config", "--lint-fatal", str(DEPLOY / "prometheus.yml")]
    checked = subprocess.run(command, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
