# Every target is a line that can be typed by hand; `make -n TARGET` shows it.
PYTHON ?= python3
BIN = .venv/bin

.PHONY: doctor app verify check quick test lint hooks repro weights publish sample experiments report compare notebook mlflow \
	bench bench-live hostile soak audit wheel sbom screenshots detector browser spark balancer fonts home

doctor:                 ## what is missing here and how to mend it; installs nothing
	@if $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 8))' 2>/dev/null; \
	then $(PYTHON) -m pipeline.doctor || true; \
	else echo '$(PYTHON) is no Python from 3.8 on. Install one of 3.10 to 3.13 and name it:'; \
	echo 'make doctor PYTHON=python3.12'; fi

app: .venv/app          ## the page, on the model in models/best.onnx
	$(BIN)/python app.py

verify: .venv/verify    ## committed model and figures against the dataset: no training, no TensorFlow
	@$(BIN)/python -m pipeline.verify

check: lint quick       ## lint and the quick tests, for every change: under two minutes

quick: .venv/all        ## the quick tests
	$(BIN)/pytest -m 'not slow'

test: lint              ## lint and all tests
	$(BIN)/pytest

lint: .venv/all         ## style and types, of the JavaScript too where npm is
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@if [ -d node_modules ] || npm ci --silent --no-audit --no-fund 2>/dev/null; then npm run --silent lint; \
	else echo 'The JavaScript is not linted: npm, or what it fetches for that, is not here.'; fi

# Where params.yaml names FER2013's CSV and it is missing, convert says where to get it.
CSV = $(shell grep -o 'source: data/fer2013\.csv' params.yaml | cut -d' ' -f2)

repro: .venv/all $(CSV) weights  ## the whole pipeline, from the dataset to models/best.onnx; trains what is new
	@$(BIN)/python -m pipeline.doctor training
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/dvc repro

weights: .venv/all      ## the trained models into models/, out of Git, so that nothing is trained again; downloads FER+'s votes
	$(BIN)/python -m pipeline.weights

publish: .venv/all      ## the models that were trained here into Git, for whoever clones it
	$(BIN)/python -m pipeline.weights --publish

# In a folder of DVC's own: nothing of yours changes but MLflow's journal.
sample: .venv/all | data/sample  ## the whole pipeline on drawn faces, to try it without a dataset
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/dvc exp run --temp --force --name sample \
		--copy-paths data/sample --set-param data.source=data/sample \
		--set-param data.labels=fer2013 --set-param 'models=[small]' --set-param 'students=[]'
	$(BIN)/dvc get --quiet --force . models/best.onnx --rev sample --out data/sample.onnx
	@echo
	@echo 'params.yaml, models/ and reports/ are as they were. What the drawn faces gave:'
	@echo '  the page on their model:   $(BIN)/python app.py --model data/sample.onnx'
	@echo '  their run in MLflow:       make mlflow'
	@echo '  all of it in place of yours, after you committed: $(BIN)/dvc exp apply sample'

# Of what differs: the params and the accuracy on validation, since test faces choose nothing.
experiments: .venv/all  ## DVC's experiments beside each other, in few columns
	$(BIN)/dvc exp show --no-pager --only-changed --hide-workspace \
		--drop '(Created|Executor|.*test/.*|.*/f1|(data|fer_system|models|pipeline)/.*|reports/(?!metrics/).*)$$'

report: .venv/all       ## what the last `make repro` found, as one page: reports/report.html
	$(BIN)/python -m pipeline.report

compare: .venv/all      ## the table of all models, from reports/; of the runs in MLflow: RUNS=1
	@$(BIN)/python -m pipeline.compare $(if $(RUNS),--runs)

PORT = 5000

mlflow: .venv/all       ## MLflow's page on the runs, at http://localhost:5000; another port: PORT=5050
	@$(BIN)/python -m pipeline.mlflow --port $(PORT)

notebook: .venv/app     ## from a face to a confusion matrix to a heat map, in JupyterLab
	$(BIN)/pip install -q -c constraints.txt 'jupyterlab>=4.2,<5' matplotlib
	$(BIN)/jupyter lab notebooks/from_face_to_heat_map.ipynb

bench: .venv/all        ## what reading the CSV and recognising a face cost
	$(BIN)/python -m benchmarks

bench-live: .venv/all   ## the webcam tab in Chromium: answers a second, latency, flicker
	$(BIN)/python -m benchmarks.live

screenshots: .venv/all  ## the pictures of tests/whole/test_page_pictures.py and README anew, after a change that was meant
	rm -f tests/whole/pictures/*.webp
	FER_RENEW_PICTURES=1 $(BIN)/pytest -n0 -q tests/whole/test_page_pictures.py

hostile: .venv/all      ## the page under attack: crashes, hangs, leaks, memory; half an hour
	$(BIN)/python -m benchmarks.hostile

soak: .venv/all         ## half an hour of mixed load: memory, open files, answers; docs/soak.png
	$(BIN)/python -m benchmarks.soak

audit: .venv-tools/ready  ## known holes in what is pinned in constraints.txt
	.venv-tools/bin/python -m benchmarks.audit .venv-tools/bin/pip-audit constraints.txt

hooks: .venv/all .venv-tools/ready  ## Git checks the style of what you commit, and lints before you push
	.venv-tools/bin/pre-commit install

wheel: .venv-tools/ready  ## the library, to install elsewhere, in dist/
	.venv-tools/bin/pip wheel -q --no-deps -w dist .

VERSION = $(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' fer_system/__init__.py)

# By CycloneDX; a file that is not valid is not written.
sbom: .venv-page/ready  ## what the page is built of, in dist/
	mkdir -p dist
	sed 's/^dynamic = .*/version = "$(VERSION)"/' pyproject.toml > .venv-page/pyproject.toml
	.venv-tools/bin/cyclonedx-py environment .venv-page --pyproject .venv-page/pyproject.toml \
		--output-reproducible --validate --of JSON -o dist/fer-system-$(VERSION).cdx.json

detector: .venv/app     ## the face detector YuNet, which the page downloads else; shows that it finds a face
	@$(BIN)/python -m fer_system web/examples/happy.webp --detector yunet

browser:                ## Chromium and Firefox for the page's tests, where apt can install them
	command -v chromium || (apt-get update && apt-get install -y chromium)
	command -v firefox-esr || command -v firefox || (apt-get update && apt-get install -y firefox-esr)

spark: .venv/all        ## Spark for examples/spark_score.py and its tests, and Java where apt can install it
	command -v java || (apt-get update && apt-get install -y openjdk-17-jre-headless)
	$(BIN)/pip install -q -c constraints.txt 'pyspark>=4,<5' pyarrow

balancer:               ## nginx for the test of several replicas, where apt can install it
	command -v nginx || test -x /usr/sbin/nginx || (apt-get update && apt-get install -y nginx-light)

fonts:                  ## fonts for words in every script, where apt can install them
	fc-list | grep -q NotoSansCJK || (apt-get update && apt-get install -y fonts-noto-core fonts-noto-cjk)

HOME_PACKAGES = mosquitto python3-gst-1.0 gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-base \
	gstreamer1.0-plugins-good gstreamer1.0-plugins-ugly

home: .venv/all         ## MQTT for examples/mqtt.py, and where apt can install them a broker and a camera for tests
	$(BIN)/pip install -q -c constraints.txt 'paho-mqtt>=2.1,<3'
	(command -v mosquitto || test -x /usr/sbin/mosquitto) \
		&& /usr/bin/python3 -c 'import gi; gi.require_version("GstRtspServer", "1.0")' \
		|| (apt-get update && apt-get install -y --no-install-recommends $(HOME_PACKAGES))

data/fer2013.csv: | .venv/all
	@$(BIN)/python -m pipeline.convert  # says where to get it

data/sample: | .venv/all
	$(BIN)/python -m drawings.sample $@

.venv/app: requirements-app.txt constraints.txt
	@echo 'Installing what the page needs into .venv: some minutes, once.'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q -c constraints.txt -r requirements-app.txt
	touch $@

.venv/verify: requirements-verify.txt requirements-app.txt constraints.txt
	@echo 'Installing what measuring needs into .venv: some minutes, once.'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q -c constraints.txt -r requirements-verify.txt
	touch $@

.venv/all: requirements.txt requirements-app.txt constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q -c constraints.txt -r requirements.txt
	touch $@

.venv-tools/ready: Makefile
	$(PYTHON) -m venv .venv-tools
	.venv-tools/bin/pip install -q 'pip-audit>=2.9,<3' 'cyclonedx-bom>=7,<8' 'pre-commit>=4.2,<5'
	touch $@

# The page alone, so that nothing is listed that it does not need; not even pip.
.venv-page/ready: requirements-app.txt constraints.txt | .venv-tools/ready
	$(PYTHON) -m venv --without-pip .venv-page
	.venv-tools/bin/pip --python .venv-page install -q -c constraints.txt \
		-r requirements-app.txt 'mcp>=1.21,<2'
	touch $@
