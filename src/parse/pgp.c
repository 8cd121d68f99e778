/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PGP in the text itself, as clients without PGP/MIME and people with a clipboard make it: the armour goes, a
 * signed text stays. Quoted blocks ("> -----BEGIN") are quotes and left alone. No signature is verified.
 */
#include "parse/internal.h"

#include <string.h>

typedef enum {
    OUTSIDE,
    SIGNED_HEADER, /* between "BEGIN PGP SIGNED MESSAGE" and the empty line: which digests are used */
    SIGNED,
    SIGNATURE,
    MESSAGE,
} State;

/* A text being read. */
typedef struct {
    GString *out;
    State state;
    gsize kept;        /* bytes of out when the block that is open began */
    const char *block; /* its first line */
    gboolean changed, encrypted;
} Reader;

static gboolean is_line(const char *line, gsize length, const char *wanted)
{
    while (length > 0 && g_ascii_isspace(line[length - 1]))
        length--;
    return length == strlen(wanted) && !memcmp(line, wanted, length);
}

static void begin(Reader *reader, const char *line, State state)
{
    reader->block = line;
    reader->kept = reader->out->len;
    reader->state = state;
}

static void read_outside(Reader *reader, const char *line, gsize length)
{
    if (is_line(line, length, "-----BEGIN PGP SIGNED MESSAGE-----"))
        begin(reader, line, SIGNED_HEADER);
    else if (is_line(line, length, "-----BEGIN PGP MESSAGE-----"))
        begin(reader, line, MESSAGE);
    else
        g_string_append_len(reader->out, line, (gssize)length);
}

static void read_line(Reader *reader, const char *line, gsize length)
{
    switch (reader->state) {
    case OUTSIDE:
        read_outside(reader, line, length);
        break;
    case SIGNED_HEADER:
        if (is_line(line, length, ""))
            reader->state = SIGNED;
        break;
    case SIGNED:
        if (is_line(line, length, "-----BEGIN PGP SIGNATURE-----"))
            reader->state = SIGNATURE;
        else if (length >= 2 && !memcmp(line, "- ", 2)) /* RFC 9580 section 7.2 */
            g_string_append_len(reader->out, line + 2, (gssize)length - 2);
        else
            g_string_append_len(reader->out, line, (gssize)length);
        break;
    case SIGNATURE:
    case MESSAGE: {
        gboolean message = reader->state == MESSAGE;
        if (is_line(line, length, message ? "-----END PGP MESSAGE-----" : "-----END PGP SIGNATURE-----")) {
            reader->state = OUTSIDE;
            reader->changed = TRUE;
            reader->encrypted |= message;
        }
    }
    }
}

char *ch_pgp_unarmour(const char *text, gboolean *encrypted)
{
    if (!strstr(text, "-----BEGIN PGP "))
        return NULL;
    Reader reader = {.out = g_string_new(NULL)};
    for (const char *line = text; *line;) {
        const char *end = strchr(line, '\n');
        gsize length = end ? (gsize)(end + 1 - line) : strlen(line);
        read_line(&reader, line, length);
        line += length;
    }
    if (reader.state != OUTSIDE) { /* it never ends */
        g_string_truncate(reader.out, reader.kept);
        g_string_append(reader.out, reader.block);
    }
    *encrypted |= reader.encrypted;
    return g_string_free(reader.out, !reader.changed);
}
