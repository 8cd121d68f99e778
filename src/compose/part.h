/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MIME parts as bytes: header, encoded body, CRLF; 7-bit, so that no server on the way rewrites them. */
#pragma once

#include "mail/outgoing.h"

/* text/SUBTYPE in UTF-8, quoted-printable. TEXT has LF line ends and ends with one. */
void ch_part_text(GString *out, const char *subtype, const char *text, gsize length);

/* The header of a file's part, up to where its base64 body belongs. */
void ch_part_enclosure(GString *out, const ChEnclosure *enclosure);

/* BYTES as base64 in CRLF lines. */
void ch_part_base64(GString *out, GBytes *bytes);
