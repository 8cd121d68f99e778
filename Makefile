# SPDX-License-Identifier: GPL-3.0-or-later
# Chamado. `make help` lists what can be made. Everything is built below build/.
SHELL := /bin/bash
CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
VERSION := 0.1.0

# Debian 12's packages: to build, to test, to run the demo's servers (openssl: certificates; curl: what demo KEEP=1 prints;
# isync: the bench; mandoc: the lint; chromium, a font
# for it, and npm for axe-core: the page).
BUILD_DEPS := gcc make pkg-config libglib2.0-dev libgmime-3.0-dev libetpan-dev libsqlite3-dev libcurl4-gnutls-dev \
	libgnutls28-dev libzstd-dev libjson-glib-dev libgumbo-dev libsystemd-dev libpsl-dev libmicrohttpd-dev libmagic-dev \
	libpcre2-dev bison
DEPS := $(BUILD_DEPS) clang clang-format libclang-rt-14-dev python3 \
	dovecot-imapd dovecot-lmtpd postfix isync openssl curl ca-certificates mandoc \
	chromium chromium-driver fonts-dejavu-core $(if $(shell command -v npm),,npm)

PKGS := glib-2.0 gio-2.0 gio-unix-2.0 gmime-3.0 sqlite3 libcurl gnutls libzstd json-glib-1.0 gumbo libsystemd libpsl libmicrohttpd libmagic libpcre2-8
# libetpan's own .pc names a linker specification of Debian's that undoes -pie and that clang does not read.
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null | sed 's/-I/-isystem /g')
PKG_LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -letpan -lm

WARN := -Wall -Wextra -Wshadow -Wformat=2 -Werror
BASE := -std=gnu11 $(WARN) -D_GNU_SOURCE -DG_LOG_DOMAIN='"chamado"' -DCH_VERSION='"$(VERSION)"' -Isrc -Ibuild/gen $(PKG_CFLAGS) -pthread -MMD -MP
RELEASE = -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fcf-protection -fPIE
RELEASE_LD := -pie -Wl,-z,relro,-z,now
ASAN := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined -DCH_SEAMS

SOURCES := $(filter-out src/main.c,$(wildcard src/*.c src/*/*.c))
QUERIES := $(sort $(wildcard sql/*.sql))
MIGRATIONS := $(sort $(wildcard sql/migrations/*.sql))
TESTS := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c))
GEN := build/gen/queries.h build/gen/queries.c build/gen/migrations.c build/gen/grammar.h build/gen/grammar.c
C_FILES := $(wildcard src/*.[ch] src/*/*.[ch] tests/unit/*.[ch] tests/fuzz/*.[ch] tests/bench/*.[ch])
# Debian has clang's runtime in a package of its own.
HAVE_FUZZER = $(wildcard $(shell clang -print-runtime-dir 2>/dev/null)/libclang_rt.fuzzer-*.a)
FUZZERS := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))

.PHONY: all release asan clang tests fuzzers deps demo check check-run bench bench-parse bench-curve bench-rules fuzz format lint install uninstall clean help force
.DEFAULT_GOAL := release
.DELETE_ON_ERROR:
.SECONDARY:

release: build/chamado ## the release program, build/chamado
asan: build/asan/chamado ## the sanitised one, build/asan/chamado
all: release asan tests ## both programs and the unit tests
clang: build/clang/chamado ## a clang build, for its warnings
tests: $(TESTS:%=build/asan/tests/%) ## the unit tests, sanitised

# One set of rules for each flavour: $(1) folder, $(2) compiler, $(3) flags, $(4) link flags
define FLAVOUR
$(1)/obj/%.o: %.c $(GEN) Makefile | build/gen/paths.h
	@mkdir -p $$(@D)
	@echo "  CC    $$@"; $(2) $$(BASE) $(3) -c $$< -o $$@
$(1)/obj/gen/%.o: build/gen/%.c $(GEN) Makefile
	@mkdir -p $$(@D)
	@echo "  CC    $$@"; $(2) $$(BASE) $(3) -c $$< -o $$@
$(1)/libchamado.a: $$(SOURCES:%.c=$(1)/obj/%.o) $(1)/obj/gen/queries.o $(1)/obj/gen/migrations.o $(1)/obj/gen/grammar.o
	@rm -f $$@
	@$$(AR) qcs $$@ $$^
$(1)/chamado: $(1)/obj/src/main.o $(1)/libchamado.a
	@echo "  LINK  $$@"; $(2) $(3) $(4) $$^ $$(PKG_LIBS) -pthread -o $$@
$(1)/tests/%: $(1)/obj/tests/unit/%.o $(1)/libchamado.a
	@mkdir -p $$(@D)
	@echo "  LINK  $$@"; $(2) $(3) $(4) $$^ $$(PKG_LIBS) -pthread -o $$@
# the test server that these share
$(1)/tests/test_fetch_imap $(1)/tests/test_fetch_hostile $(1)/tests/test_fetch_tls: $(1)/obj/tests/unit/imap_server.o
endef
$(eval $(call FLAVOUR,build,$$(CC),$$(RELEASE) $$(CFLAGS),$$(RELEASE_LD) $$(LDFLAGS)))
$(eval $(call FLAVOUR,build/asan,$$(CC),$$(ASAN),))
$(eval $(call FLAVOUR,build/clang,clang,$$(RELEASE),$$(RELEASE_LD)))
$(eval $(call FLAVOUR,build/fuzz,clang,$$(ASAN) -fsanitize=fuzzer-no-link,))

build/fuzz/fuzz_%: build/fuzz/obj/tests/fuzz/fuzz_%.o build/fuzz/libchamado.a
	@echo "  LINK  $@"; clang $(ASAN) -fsanitize=fuzzer $^ $(PKG_LIBS) -pthread -o $@

build/bench/%: build/obj/tests/bench/%.o build/libchamado.a
	@mkdir -p $(@D)
	@echo "  LINK  $@"; $(CC) $(RELEASE) $(CFLAGS) $(RELEASE_LD) $(LDFLAGS) $^ $(PKG_LIBS) -pthread -o $@

build/gen/queries.h build/gen/queries.c &: $(QUERIES) sql/embed.awk
	@mkdir -p build/gen
	awk -v mode=queries -v header=build/gen/queries.h -v source=build/gen/queries.c -f sql/embed.awk $(QUERIES)
build/gen/migrations.c: $(MIGRATIONS) sql/embed.awk
	@mkdir -p build/gen
	awk -v mode=migrations -v source=$@ -f sql/embed.awk $(MIGRATIONS)

# Where the program looks. Looked at every time, for `make install PREFIX=/usr` may come after a `make` without it; what
# includes it is built anew when it has changed. Missing packages are named here, where everything begins.
build/gen/paths.h: force
	@pkg-config --print-errors --exists $(PKGS) libetpan && command -v bison >/dev/null || \
		{ printf 'Packages are missing. On Debian 12:\n    sudo apt-get install $(BUILD_DEPS)\n' >&2; exit 1; }
	@mkdir -p build/gen
	@printf '#define CH_SYSCONFDIR "%s"\n#define CH_DATADIR "%s/share/chamado"\n' '$(SYSCONFDIR)' '$(PREFIX)' > $@.new; \
	if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

build/gen/grammar.h build/gen/grammar.c &: src/route/grammar.y | build/gen/paths.h
	@mkdir -p build/gen
	bison -Wall -Werror --header=build/gen/grammar.h -o build/gen/grammar.c $<

# Debian starts a mail server when it is installed, for everybody to reach. The tests start their own; policy-rc.d keeps
# Debian's down while we install, where the machine has no policy of its own.
deps: ## install the Debian packages that are missing (sudo when not root)
	@missing=$$(for p in $(DEPS); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
		echo "installing" $$missing; \
		sudo=; [ $$(id -u) = 0 ] || sudo=sudo; \
		policy=/usr/sbin/policy-rc.d; \
		if [ ! -e $$policy ]; then \
			trap "$$sudo rm -f $$policy" EXIT; \
			printf '#!/bin/sh\nexit 101\n' | $$sudo tee $$policy >/dev/null; $$sudo chmod 755 $$policy; \
		fi; \
		$$sudo apt-get update -q && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $$missing; \
	fi

demo: deps ## the main job on real servers, shown (KEEP=1 leaves the desk open, SHOTS=dir keeps pictures of the page)
	@$(MAKE) --no-print-directory -s release
	@python3 tests/demo $(if $(KEEP),--keep) $(if $(SHOTS),--shots $(SHOTS))

check: deps ## every test: lint, unit, rule and flow tests
	@$(MAKE) --no-print-directory -s -j$$(nproc) check-run
check-run: all clang build/bench/curve $(if $(HAVE_FUZZER),fuzzers)
	@python3 tests/run

fuzzers: $(FUZZERS:%=build/fuzz/fuzz_%)
fuzz: deps ## each fuzzer in turn for TIME seconds (NAME=quote for one, JOBS=2 for two at once)
	@$(MAKE) --no-print-directory -s -j$$(nproc) fuzzers
	@python3 tests/fuzz/fuzz --time $(or $(TIME),60) --jobs $(or $(JOBS),1) $(NAME)

bench: deps ## 20,000 mails from Dovecot, side by side with mbsync
	@$(MAKE) --no-print-directory -s release
	@python3 tests/bench/bench

bench-parse: deps ## 100,000 small mails of a Maildir through parse and judge: mails in a second, memory (MAILS=…)
	@$(MAKE) --no-print-directory -s build/bench/parse
	@rm -rf build/bench/mails && python3 tests/bench/small build/bench/mails $(or $(MAILS),100000)
	@build/bench/parse build/bench/mails; code=$$?; rm -rf build/bench/mails; exit $$code

bench-curve: deps ## what the worst mails that we can build cost, 10 KB to 10 MB
	@$(MAKE) --no-print-directory -s build/bench/curve
	@build/bench/curve

bench-rules: deps ## what 10 to 10,000 rules cost a mail, over 10,000 mails (MAILS=…)
	@$(MAKE) --no-print-directory -s build/bench/rules
	@build/bench/rules $(MAILS)

format: ## lay out the C code
	clang-format -i $(C_FILES)
lint: ## includes, layout, SPDX lines, man pages
	@python3 tests/lint/lint

# The files that name folders are installed with those of this installation.
PLACES := sed -e 's|/usr/local|$(PREFIX)|g' -e 's|/etc/chamado|$(SYSCONFDIR)/chamado|g'
PLACED := etc/chamado.conf:share/doc/chamado/chamado.conf man/chamado.1:share/man/man1/chamado.1 \
	man/chamado.conf.5:share/man/man5/chamado.conf.5 man/chamado-rules.5:share/man/man5/chamado-rules.5 \
	contrib/chamado.service:lib/systemd/system/chamado.service
install: release ## into $(DESTDIR)$(PREFIX)
	install -D -m 755 build/chamado $(DESTDIR)$(PREFIX)/bin/chamado
	for l in pt_BR en; do for f in etc/templates/$$l/*; do install -D -m 644 $$f $(DESTDIR)$(PREFIX)/share/chamado/templates/$$l/$${f##*/}; done; done
	for l in pt_BR en; do for f in etc/web/$$l/*; do install -D -m 644 $$f $(DESTDIR)$(PREFIX)/share/chamado/web/$$l/$${f##*/}; done; done
	for f in $$(cd rules && find . -type f); do install -D -m 644 rules/$$f $(DESTDIR)$(PREFIX)/share/chamado/rules/$$f; done
	install -D -m 644 etc/web/style.css $(DESTDIR)$(PREFIX)/share/chamado/web/style.css
	install -D -m 644 contrib/nginx.conf $(DESTDIR)$(PREFIX)/share/doc/chamado/nginx.conf
	install -D -m 644 contrib/chamado.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/chamado.conf
	install -D -m 644 contrib/completion/chamado.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/chamado
	set -e; for f in $(PLACED); do to=$(DESTDIR)$(PREFIX)/$${f#*:}; install -d $${to%/*}; \
		$(PLACES) $${f%%:*} > $$to; chmod 644 $$to; done
uninstall: ## what install put there
	rm -f $(DESTDIR)$(PREFIX)/bin/chamado $(DESTDIR)$(PREFIX)/share/man/man1/chamado.1 $(DESTDIR)$(PREFIX)/share/man/man5/chamado.conf.5 $(DESTDIR)$(PREFIX)/share/man/man5/chamado-rules.5 $(DESTDIR)$(PREFIX)/lib/systemd/system/chamado.service $(DESTDIR)$(PREFIX)/lib/sysusers.d/chamado.conf $(DESTDIR)$(PREFIX)/share/bash-completion/completions/chamado
	rm -rf $(DESTDIR)$(PREFIX)/share/chamado $(DESTDIR)$(PREFIX)/share/doc/chamado

clean: ## remove build/
	rm -rf build

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 12

-include $(shell find build -name '*.d' 2>/dev/null)
