/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The structured log: one event a line on stderr, `time level event key=value …`.
 * Secrets and message text never reach it; the logger redacts, not the caller.
 */
#pragma once

#include <glib.h>

typedef enum {
    CH_LOG_ERROR = 3, /* the numbers are syslog's, as sd-daemon(3) prefixes want them */
    CH_LOG_WARNING = 4,
    CH_LOG_NOTICE = 5,
    CH_LOG_INFO = 6,
    CH_LOG_DEBUG = 7,
} ChLogLevel;

/* Lines above LEVEL are dropped. The default is CH_LOG_INFO. Not thread-safe: call it at start. */
void ch_log_level(ChLogLevel level);

/* From now on every occurrence of SECRET (copied; shorter than 4 bytes is ignored) in any value is
 * written as [redacted]. Thread-safe. */
void ch_log_secret(const char *secret);

/* Writes one event. EVENT is a short-name-like-this; then pairs of const char *key, const char *value
 * (a NULL value is left out), ended by NULL. Values are quoted where needed, control characters escaped,
 * cut at 512 bytes. Keys named password, token, secret, text, body or reply are always redacted.
 * Thread-safe. */
void ch_log(ChLogLevel level, const char *event, ...) G_GNUC_NULL_TERMINATED;

/* The same event at CH_LOG_ERROR (CH_LOG_WARNING for a temporary one) with error=MESSAGE. ERROR may be NULL.
 */
void ch_log_error(const char *event, const GError *error, ...) G_GNUC_NULL_TERMINATED;
