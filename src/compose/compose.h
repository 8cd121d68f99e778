/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stage from a ChLetter to the bytes of a mail. Pure; the templates are read once and checked (P10). */
#pragma once

#include "mail/outgoing.h"

typedef struct ChTemplates ChTemplates;

/* Reads and compiles every template of every language folder below DIR: those that the desk needs in each
 * language, and the acknowledgements that rules may name, "ack-NAME", in any. A missing or malformed one is
 * CH_ERROR_CONFIG with file:line:column. Immutable afterwards and safe for any thread. */
ChTemplates *ch_templates_load(const char *dir, GError **error);
void ch_templates_free(ChTemplates *templates);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChTemplates, ch_templates_free)

gboolean ch_templates_have_language(const ChTemplates *templates, const char *language);

/* The names of all "ack-NAME" that at least one language has, in order; a language that lacks one has its
 * "ack" instead. NULL-terminated, borrowed from TEMPLATES. */
const char *const *ch_templates_acks(const ChTemplates *templates);

/* The folder for the language tag WANTED (RFC 5646; NULL, "" and anything else that is none are allowed):
 * "pt-BR" or "pt_br" is pt_BR, and where there is no such folder, so are "pt" and "pt-PT"; what follows the
 * tag is not looked at. Otherwise FALLBACK; NULL where that is no folder. Borrowed from TEMPLATES. */
const char *ch_templates_pick(const ChTemplates *templates, const char *wanted, const char *fallback);

/* The mail (RFC 5322, CRLF): multipart/alternative of text and HTML, inside multipart/mixed where
 * letter->enclosures are there. The files' bodies are left out: GAPS (of ChGap, the caller's) gets their
 * places. The same letter gives the same bytes (P5). NULL with CH_ERROR_CONFIG where the template isn't
 * there. */
GBytes *ch_compose(const ChTemplates *templates, const ChLetter *letter, GPtrArray *gaps, GError **error);

/* COMPOSED with the files put into its GAPS: FILES has a GBytes for each, decoded; NULL leaves that file
 * empty. */
GBytes *ch_compose_fill(GBytes *composed, const GPtrArray *gaps, const GPtrArray *files);
