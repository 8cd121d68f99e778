/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one error domain of the program. Every fallible function takes a GError ** last and
 * sets one of these codes; callers add context with g_prefix_error() and the top logs it once.
 */
#pragma once

#include <glib.h>

#define CH_ERROR (ch_error_quark())
GQuark ch_error_quark(void);

typedef enum {
    CH_ERROR_USAGE,   /* the command line is wrong */
    CH_ERROR_CONFIG,  /* the configuration or a template is wrong; the message is file:line: what, expected
                         what */
    CH_ERROR_INPUT,   /* a mail or an argument can't be read as what it should be */
    CH_ERROR_LIMIT,   /* over a limit of base/limits.h or of [limits] (P13) */
    CH_ERROR_IO,      /* a local file, a full disk */
    CH_ERROR_STORE,   /* the database refused; nothing was changed */
    CH_ERROR_NEWER,   /* the database belongs to a newer Chamado */
    CH_ERROR_BUSY,    /* somebody else holds the desk */
    CH_ERROR_NETWORK, /* no connection, a timeout, a line that broke; trying again may help */
    CH_ERROR_TLS,     /* the peer's certificate was not accepted, or it offers no TLS; no password was sent */
    CH_ERROR_AUTH,    /* the server refused user or password */
    CH_ERROR_PROTOCOL,  /* the server said something that its protocol does not allow */
    CH_ERROR_REFUSED,   /* the server understood and refused for good (SMTP 5xx, IMAP NO) */
    CH_ERROR_NOT_FOUND, /* no such ticket, mail, department … */
    CH_ERROR_CANCELLED, /* the program is shutting down */
} ChErrorCode;

/* TRUE where the same call may succeed later without anybody changing anything here:
 * NETWORK, BUSY, IO, STORE, PROTOCOL. */
gboolean ch_error_is_temporary(const GError *error);

/* The exit code of sysexits.h for ERROR (which may be of another domain: then EX_SOFTWARE, 70). */
int ch_error_exit_code(const GError *error);
