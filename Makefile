# Queqiao: every command that builds, runs or checks it. "make help" lists them.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := help

# Tools that are built once, under a name that holds their version.
GOLANGCI_VERSION := 2.15.0
GOLANGCI := bin/tools/golangci-lint-$(GOLANGCI_VERSION)

# What a release is called; a tag names it, a commit otherwise.
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
PLATFORMS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
# Nothing of ours needs a C compiler; one setting everywhere lets builds and tests share
# what they compiled. Only the race detector turns it on.
export CGO_ENABLED := 0
# Without the tables that only a debugger reads.
BUILD = go build -tags ui -ldflags "-s -w -X main.version=$(VERSION)"

# What the program and its pages are made of; "find" so that a second "make run" rebuilds nothing.
GO_SOURCES = go.mod go.sum $(wildcard web/*.go) \
	$(shell find cmd internal wecom -type f ! -name '*_test.go' ! -path '*/testdata/*')
WEB_SOURCES = $(wildcard web/*.html web/*.json web/*.ts) $(shell find web/src web/public web/dev -type f)

##@ Use it

.PHONY: run
run: build ## Build what is missing and start the demo: server, simulator and data in ./data (ARGS="--help" for more)
	@exec bin/queqiao demo $(ARGS)

.PHONY: demo
demo: run ## The same as run

.PHONY: build
build: bin/queqiao ## Build bin/queqiao with its pages inside

.PHONY: release
release: toolchain pages ## Build static programs for Linux, macOS and Windows into bin/release, with checksums
	@rm -rf bin/release && mkdir -p bin/release
	@for platform in $(PLATFORMS); do \
		os=$${platform%/*} arch=$${platform#*/}; \
		name=queqiao-$(VERSION)-$$os-$$arch; [ $$os != windows ] || name=$$name.exe; \
		echo "bin/release/$$name"; \
		GOOS=$$os GOARCH=$$arch $(BUILD) -trimpath -o bin/release/$$name ./cmd/queqiao; \
	done
	@cd bin/release && sha256sum queqiao-* >SHA256SUMS && cat SHA256SUMS

##@ Work on it

.PHONY: dev
dev: toolchain packages ## Demo server and pages with hot reload: Go is rebuilt when saved, pages reload by themselves
	@exec node scripts/dev.mjs $(ARGS)

.PHONY: test
test: toolchain ## Everything: Go on both engines, front end, journeys in a browser, architecture, lint, generated files
	@scripts/test.sh

.PHONY: race
race: ## The concurrent packages under the race detector, the job queue included (several minutes)
	@CGO_ENABLED=1 scripts/postgres.sh go test -race -timeout 30m ./internal/platform/job/... ./internal/platform/bus/... ./internal/platform/live/... ./wecom/...

.PHONY: test-go
test-go: ## Go tests alone, PostgreSQL included (PKG=./internal/mirror/... for some)
	@scripts/postgres.sh node scripts/count.mjs go $(or $(PKG),./...)

.PHONY: test-pg
test-pg: test-go ## The same as test-go: SQLite and PostgreSQL always run together

.PHONY: test-web
test-web: packages ## Front end alone: types, lint, unit tests
	@npm --prefix web run typecheck
	@scripts/biome.sh
	@node scripts/count.mjs vitest

.PHONY: journeys
journeys: build packages ## Browser journeys alone (JOURNEY=sign-in for one)
	@node scripts/count.mjs node --test-concurrency=2 e2e/journeys/$(or $(JOURNEY),*).test.mjs

.PHONY: story
story: ## Stories by name on both engines: make story name=greeting
	@scripts/story.sh "$(name)"

.PHONY: bench
bench: build ## Measure intake, greeting, events, queue, sync, lists … on both engines (BENCH="-sizes 10000 lists" for some)
	@scripts/postgres.sh --durable go -C bench run -tags ui . -binary $(CURDIR)/bin/queqiao $(BENCH)

.PHONY: screenshots
screenshots: build packages ## Every page in both languages, light and dark, wide and narrow, into ./screenshots
	@node e2e/screenshots.mjs $(ARGS)

.PHONY: lint
lint: lint-go lint-web ## Lint and format check, Go and front end

.PHONY: lint-go
lint-go: linter
	@$(GOLANGCI) run --allow-parallel-runners ./...

.PHONY: lint-web
lint-web: packages
	@scripts/biome.sh

.PHONY: fix
fix: linter packages ## Let the formatters and linters mend what they can
	@$(GOLANGCI) fmt ./...
	@scripts/biome.sh --write

.PHONY: gen
gen: packages ## Write the generated files: OpenAPI document, TypeScript types, events, permissions, WeCom operations
	@scripts/gen.sh

.PHONY: verify
verify: packages ## Fail when a generated file is stale
	@scripts/gen.sh --check

.PHONY: security
security: linter packages ## gosec, licences of all dependencies, secrets in the repository, every fuzz target (FUZZTIME=1m)
	@$(GOLANGCI) run --allow-parallel-runners --enable-only gosec,bodyclose,noctx,sqlclosecheck,bidichk ./...
	@mkdir -p bin && node scripts/licences.mjs bin/licences.txt
	@node scripts/secrets.mjs
	@scripts/fuzz.sh

.PHONY: vulnerabilities
vulnerabilities: ## Look the dependencies up in Go's vulnerability database (needs the internet)
	@go run golang.org/x/vuln/cmd/govulncheck@v1.8.0 ./...

.PHONY: acme
acme: build ## Obtain and renew a certificate from a real ACME authority for tests (Pebble; needs the internet once)
	@scripts/acme.sh

.PHONY: clean
clean: ## Remove what was built (data, screenshots and installed packages stay)
	rm -rf bin/queqiao bin/release bin/test web/dist e2e/results

.PHONY: help
help: ## This list
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Below here: what the targets above stand on.

.PHONY: toolchain
toolchain:
	@scripts/toolchain.sh

.PHONY: packages pages linter
packages: web/node_modules/.package-lock.json
pages: web/dist/h5.html
linter: $(GOLANGCI)

# npm writes this file last.
web/node_modules/.package-lock.json: web/package-lock.json web/package.json
	@scripts/toolchain.sh node
	cd web && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# The second of the two bundles is done when this page is there (web/vite.config.ts).
web/dist/h5.html: web/node_modules/.package-lock.json $(WEB_SOURCES)
	cd web && npm run --silent build
	@touch $@

bin/queqiao: web/dist/h5.html $(GO_SOURCES)
	@scripts/toolchain.sh go
	$(BUILD) -o $@ ./cmd/queqiao

$(GOLANGCI):
	@scripts/toolchain.sh go
	GOBIN=$(CURDIR)/bin/tools go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v$(GOLANGCI_VERSION)
	@mv bin/tools/golangci-lint $@
