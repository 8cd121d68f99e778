/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Header fields as bytes: folded, 7-bit, ended by CRLF. Whatever a value holds, it stays inside its field. */
#pragma once

#include <glib.h>

/* NAME: TEXT, with encoded words where needed (RFC 2047); blanks and controls in TEXT become single spaces,
 * and what goes beyond MAX characters becomes an ellipsis. */
void ch_header_text(GString *out, const char *name, const char *text, guint max);

/* NAME: DISPLAY <ADDRESS>. FALSE, and OUT as it was, where ADDRESS can't stand in a 7-bit header (RFC 5322
 * section 3.4.1): not local@domain, or a local part that is not ASCII. An international domain is written in
 * its ASCII form. */
gboolean ch_header_mailbox(GString *out, const char *name, const char *display, const char *address);

/* NAME: <ID> <ID> …, from an array of char *. Ids that are not safe are left out; at most the first one and
 * the last MAX - 1 are written; no field at all where none is left. */
void ch_header_ids(GString *out, const char *name, const GPtrArray *ids, guint max);

/* Whether ID, without brackets, can be written as it is. */
gboolean ch_header_id_is_safe(const char *id);

/* NAME: DATE in UTC. */
void ch_header_date(GString *out, const char *name, gint64 seconds);

/* Appends VALUE as a quoted parameter "; NAME=…" with encoded words (what Outlook writes and reads; RFC 2047
 * forbids it, so the exact value always also goes by RFC 2231); quotes and backslashes in it become '. */
void ch_header_parameter_words(GString *out, const char *name, const char *value);
