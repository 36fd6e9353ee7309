# Windlass. Bare `make` installs, builds, and lists the targets. Caches live in ~/.cache/windlass (WINDLASS_CACHE_DIR).
SHELL := /bin/bash
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
SOURCES := $(shell find src proto schemas scripts -type f -not -path '*/gen/*' 2>/dev/null)

.DEFAULT_GOAL := all
.PHONY: all help build demo test test-cluster test-cluster-long test-k8s cluster-up cluster-down cluster-status kubectl conformance conformance-publish test-unit check lint format bench bench-hosts bench-cluster bench-cluster-scale bench-readiness bench-streams soak soak-kills soak-fleet leak clean agreement example manifests images

all: build help ## Install, build, list the targets

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

node_modules/.installed: package.json package-lock.json
	@npm ci --no-audit --no-fund --loglevel=error >&2
	@touch $@

node_modules/.generated: node_modules/.installed $(shell find proto schemas scripts -type f 2>/dev/null)
	@node scripts/generate.mjs
	@touch $@

dist/.built: node_modules/.generated $(SOURCES) tsconfig.json tsconfig.build.json
	@node scripts/build.mjs
	@touch $@

build: dist/.built ## Install what is needed, generate the codecs, compile to dist/

demo: build ## A real Envoy routes real requests by examples/canary, with a live edit
	@node examples/demo.ts

test: build ## All checks and all tests, real Envoy included; ends with the sums (CLUSTER=1: the official suite on a real cluster, too)
	@node scripts/test.mjs $(if $(CLUSTER),--cluster)

test-cluster: build ## Tests against a real API server of Kubernetes; its programs are built first (Go and apt-get, some minutes once)
	@npm run -s jest -- --selectProjects cluster --runInBand

test-cluster-long: build ## The API server is away for a whole minute, three times, while a real Envoy serves
	@WINDLASS_OUTAGE_SECONDS=60 npm run -s jest -- --selectProjects cluster --runInBand --testPathPatterns e2e/kubernetes/outage

test-k8s: build ## Tests on the cluster of one node, with the chart of this work tree (RUN=upgrade: one file); begins it where there is none
	@node --import ./scripts/ts.mjs e2e/k8s/run.ts $(RUN)

cluster-up: build ## A Kubernetes of one node, in namespaces of its own on this machine (Linux, root; built from source once)
	@node --import ./scripts/ts.mjs e2e/cluster/cli.ts up

cluster-down: build ## Ends it; nothing is left of it
	@node --import ./scripts/ts.mjs e2e/cluster/cli.ts down

cluster-status: build ## Whether it is there
	@node --import ./scripts/ts.mjs e2e/cluster/cli.ts status

kubectl: build ## kubectl in it: make kubectl ARGS='get pods -A'
	@node --import ./scripts/ts.mjs e2e/cluster/cli.ts kubectl $(ARGS)

conformance: build ## The official conformance suite in it, all gateway profiles: RUN=TestName for one test, SUITE=v1.6.1 for the release before
	@node --import ./scripts/ts.mjs e2e/conformance/run.ts $(if $(SUITE),--suite $(SUITE)) $(if $(RUN),--run $(RUN))

conformance-publish: build ## The reports of the last complete runs into docs/conformance, with the tables made from them
	@node --import ./scripts/ts.mjs e2e/conformance/publish.ts

test-unit: build ## Unit tests only: fast enough for every save
	@npm run -s jest -- --selectProjects unit --maxWorkers=100%

check: build ## Types, lint, format, direction of dependencies, unused code
	@node scripts/test.mjs --checks-only

lint: node_modules/.installed ## Lint
	@npm run -s lint

format: node_modules/.installed ## Format in place
	@npm run -s format

bench: build ## Time from an edit to Envoy's ACK and to the first right answer, beside Envoy's own floor
	@node --import ./scripts/ts.mjs bench/run.ts

example: build ## One folder of examples/ with real backends and a real Envoy: make example NAME=mirror
	@node --import ./scripts/ts.mjs examples/run.ts examples/$(NAME)

agreement: build ## 12,000 random requests over 1,000 random configurations: evaluator and real Envoy must agree (WINDLASS_SEED for others)
	@WINDLASS_CONFIGURATIONS=1000 npm run -s jest -- --selectProjects e2e --runInBand --testPathPatterns e2e/agreement

soak: build ## 10,000 random changes under load, within 25 minutes: no request may fail
	@node --import ./scripts/ts.mjs e2e/churn/soak.ts

soak-kills: build ## The same for four minutes, with the control plane killed and restarted every few seconds
	@node --import ./scripts/ts.mjs e2e/churn/soak.ts --with kills --minutes 4

soak-fleet: build ## The same for four minutes, with two Envoys on two addresses, one drained and restarted at a time (needs root, ip and unshare)
	@unshare --net node --import ./scripts/ts.mjs e2e/churn/soak.ts --with restarts --minutes 4 --rate 200

bench-streams: build ## One change to 1,000 streams, and all of them reconnecting at once
	@node --import ./scripts/ts.mjs bench/streams.ts

bench-cluster-scale: build ## 5,000 HTTPRoutes and 500 Services as fast as a real API server takes them: status writes, time to Accepted, memory
	@node --import ./scripts/ts.mjs bench/cluster.ts

bench-readiness: build ## Time until a new Envoy is ready while things are missing, dead and rejected, beside a healthy start
	@node --import ./scripts/ts.mjs bench/readiness.ts

bench-hosts: build ## Many hosts on one port: 500 HTTPS listeners, 1,000 exact hosts beside a wildcard
	@node --import ./scripts/ts.mjs bench/hosts.ts

bench-cluster: build ## Memory and time of following 10,000 HTTPRoutes, Services and EndpointSlices of a real API server
	@node --expose-gc --import ./scripts/ts.mjs bench/cluster-memory.ts

leak: build ## 100,000 changes against scripted Envoys: fails unless memory stays flat
	@node --expose-gc --import ./scripts/ts.mjs bench/leak.ts

manifests: node_modules/.installed ## The chart as plain manifests in build/manifests, for those without Helm (needs Go)
	@node --import ./scripts/ts.mjs scripts/manifests.ts

images: build ## The images of control plane and Envoy in build/images, without a container engine (needs Go and apt-get)
	@node --import ./scripts/ts.mjs scripts/images.ts

clean: ## Remove everything that was built (not the caches)
	@rm -rf dist build src/proto/gen src/resources/gen node_modules/.installed node_modules/.generated coverage
