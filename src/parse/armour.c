/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * OpenPGP inside plain text (RFC 9580 sections 6.2 and 7): the frame around a signed text is taken off, and
 * an encrypted block, which nobody can read, out. MIME's own forms are crypto.c's business.
 */
#include "parse/internal.h"

#include <string.h>

static gboolean is_line(const char *line, gsize length, const char *words)
{
    while (length > 0 && g_ascii_isspace(line[length - 1]))
        length--;
    return length == strlen(words) && memcmp(line, words, length) == 0;
}

/* What the lines are in. */
typedef enum {
    OUTSIDE,
    SIGNED_HEAD, /* "Hash: SHA512", until an empty line */
    SIGNED_TEXT,
    SIGNATURE,
    SEALED,
} Place;

static Place next_place(Place place, const char *line, gsize length, gboolean *keep)
{
    *keep = FALSE;
    if (place == OUTSIDE && is_line(line, length, "-----BEGIN PGP SIGNED MESSAGE-----"))
        return SIGNED_HEAD;
    if (place == OUTSIDE && is_line(line, length, "-----BEGIN PGP MESSAGE-----"))
        return SEALED;
    if (place == SIGNED_HEAD)
        return is_line(line, length, "") ? SIGNED_TEXT : SIGNED_HEAD;
    if (place == SIGNED_TEXT && is_line(line, length, "-----BEGIN PGP SIGNATURE-----"))
        return SIGNATURE;
    if (place == SIGNATURE)
        return is_line(line, length, "-----END PGP SIGNATURE-----") ? OUTSIDE : SIGNATURE;
    if (place == SEALED)
        return is_line(line, length, "-----END PGP MESSAGE-----") ? OUTSIDE : SEALED;
    *keep = TRUE;
    return place;
}

gboolean ch_armour_strip(char *text)
{
    if (!strstr(text, "-----BEGIN PGP "))
        return FALSE;
    g_autofree char *whole = g_strdup(text);
    gboolean sealed = FALSE, keep;
    Place place = OUTSIDE;
    char *out = text;
    for (const char *line = whole; *line;) {
        gsize length = strcspn(line, "\n");
        gsize step = length + (line[length] == '\n' ? 1 : 0);
        place = next_place(place, line, length, &keep);
        sealed = sealed || place == SEALED;
        const char *from = line;
        /* A line of the text that begins with a dash has "- " before it (RFC 9580 section 7.2). */
        if (keep && place == SIGNED_TEXT && line[0] == '-' && line[1] == ' ')
            from += 2;
        if (keep) {
            memmove(out, from, (gsize)(line + step - from));
            out += line + step - from;
        }
        line += step;
    }
    *out = '\0';
    if (place == OUTSIDE)
        return sealed;
    strcpy(text, whole); /* an end is missing: nothing is taken out that may be somebody's words (P9) */
    return FALSE;
}
