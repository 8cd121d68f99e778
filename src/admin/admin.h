/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What main.c gives every subcommand, and the list of them. Each has its file in admin/. */
#pragma once

#include "base/config.h"

typedef struct {
    ChConfig *config;        /* loaded; NULL for a subcommand that loads its own (config); may be stolen */
    const char *config_file; /* NULL: built-in defaults */
    const char *const *overrides; /* of -o, NULL-terminated; may be NULL */
    gboolean json;                /* --json stood before the subcommand; it may stand after it too */
} ChAdminContext;

/* Each takes ARGV beginning with its own name, writes results to stdout and errors to stderr as
 * `chamado: message`, and returns an exit code of sysexits.h. */
int ch_admin_config(ChAdminContext *context, int argc, char **argv);
int ch_admin_deliver(ChAdminContext *context, int argc, char **argv);
int ch_admin_explain(ChAdminContext *context, int argc, char **argv);
int ch_admin_held(ChAdminContext *context, int argc, char **argv);
int ch_admin_keys(ChAdminContext *context, int argc, char **argv);
int ch_admin_people(ChAdminContext *context, int argc, char **argv);
int ch_admin_poll(ChAdminContext *context, int argc, char **argv);
int ch_admin_queue(ChAdminContext *context, int argc, char **argv);
int ch_admin_rules(ChAdminContext *context, int argc, char **argv);
int ch_admin_serve(ChAdminContext *context, int argc, char **argv);
int ch_admin_status(ChAdminContext *context, int argc, char **argv);
int ch_admin_ticket(ChAdminContext *context, int argc, char **argv);
int ch_admin_verify(ChAdminContext *context, int argc, char **argv);
int ch_admin_web(ChAdminContext *context, int argc, char **argv);
