/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bounds on the work that a large mail makes GMime do (P13): boundaries, parts and header lines are counted
 * in one linear pass before it parses. Small mails cannot do harm and are not looked at. The limits that a
 * configuration sets are kept by parse.c and walk.c.
 */
#include "parse/internal.h"

#include <string.h>

/* Smaller mails are not scanned. */
#define SCAN_MIN (256u << 10)
/* GMime compares every line that begins with "--" with every open boundary: their product is work. */
#define COMPARISONS_MAX (16u << 20)
/* A part costs GMime some 1.5 KB and 15 µs, a header 0.5 KB and 5 µs. No person's mail has so many. */
#define PARTS_MAX        10000
#define HEADER_LINES_MAX 20000
/* RFC 2046 section 5.1.1 allows 70 characters. */
#define BOUNDARY_MAX 200

typedef struct {
    const char *bytes, *end;
    GHashTable *boundaries; /* of the lines "--BOUNDARY" that were declared, without trailing white space */
    guint header_lines;
} Scan;

/* Every declaration in [AT, STOP), a header block or a part of one, goes into the table. */
static void note_boundaries(Scan *scan, const char *at, const char *stop)
{
    for (; (at = memchr(at, '=', (gsize)(stop - at))); at++) {
        const char *word = at;
        while (word > scan->bytes && (g_ascii_isspace(word[-1]) || strchr("*0123456789", word[-1])))
            word--;
        if (word - scan->bytes < 8 || g_ascii_strncasecmp(word - 8, "boundary", 8))
            continue;
        const char *value = at + 1;
        while (value < stop && g_ascii_isspace(*value))
            value++;
        gboolean quoted = value < stop && *value == '"';
        value += quoted;
        const char *last = value;
        while (last < stop && last < value + BOUNDARY_MAX && *last != '\n' &&
               (quoted ? *last != '"' : !strchr("; \t\r", *last)))
            last++;
        char *line = g_strdup_printf("--%.*s", (int)(last - value), value);
        g_hash_table_add(scan->boundaries, g_strchomp(line));
    }
}

/* Counts the header lines from AT on; the first byte after them. A forwarded mail has a second block. */
static const char *scan_headers(Scan *scan, const char *at)
{
    gboolean again = TRUE;
    while (again && at < scan->end) {
        const char *block = at;
        again = FALSE;
        while (at < scan->end && *at != '\n' && !(*at == '\r' && at + 1 < scan->end && at[1] == '\n')) {
            const char *next = memchr(at, '\n', (gsize)(scan->end - at));
            next = next ? next + 1 : scan->end;
            again |= memmem(at, MIN((gsize)(next - at), 200), "essage/", 7) != NULL;
            again |= memmem(at, MIN((gsize)(next - at), 200), "ESSAGE/", 7) != NULL;
            at = next;
            if (++scan->header_lines > HEADER_LINES_MAX)
                return at;
        }
        note_boundaries(scan, block, at);
        const char *next = at < scan->end ? memchr(at, '\n', (gsize)(scan->end - at)) : NULL;
        at = next ? next + 1 : scan->end;
    }
    return at;
}

/* Whether the line at AT is a declared boundary. */
static gboolean is_boundary(const Scan *scan, const char *at)
{
    gsize length = (gsize)(scan->end - at);
    const char *stop = memchr(at, '\n', MIN(length, BOUNDARY_MAX + 8));
    char line[BOUNDARY_MAX + 9];
    length = stop ? (gsize)(stop - at) : MIN(length, BOUNDARY_MAX + 8);
    memcpy(line, at, length);
    line[length] = '\0';
    g_strchomp(line);
    if (g_hash_table_contains(scan->boundaries, line))
        return TRUE;
    length = strlen(line);
    if (length < 4 || strcmp(line + length - 2, "--"))
        return FALSE;
    line[length - 2] = '\0';
    return g_hash_table_contains(scan->boundaries, line);
}

/* The next line end before "--"; NULL where there is none. By memchr, for memmem under AddressSanitizer looks
 * at all that is left each time. */
static const char *next_dashes(const char *at, const char *end)
{
    while (at < end && (at = memchr(at, '\n', (gsize)(end - at)))) {
        if (end - at > 2 && at[1] == '-' && at[2] == '-')
            return at;
        at++;
    }
    return NULL;
}

gsize ch_bounds_scan(const char *bytes, gsize length, gsize head, const char **why)
{
    *why = NULL;
    if (length < SCAN_MIN)
        return length;
    g_autoptr(GHashTable) boundaries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Scan scan = {bytes, bytes + length, boundaries, 0};
    note_boundaries(&scan, bytes, bytes + head);
    const char *at = bytes + head;
    if (memmem(bytes, head, "essage/", 7) || memmem(bytes, head, "ESSAGE/", 7)) {
        const char *next = memchr(at, '\n', length - head);
        at = scan_headers(&scan, next ? next + 1 : scan.end);
    }
    if (at > bytes + head && at < scan.end) /* the search below is for a line end and what follows */
        at--;
    guint parts = 0;
    guint64 comparisons = 0;
    while (scan.header_lines <= HEADER_LINES_MAX && at < scan.end && (at = next_dashes(at, scan.end))) {
        at++;
        comparisons += MIN(g_hash_table_size(boundaries), 1024); /* GMime nests no deeper */
        if (comparisons > COMPARISONS_MAX) {
            *why = "too many lines that may be MIME boundaries";
            return (gsize)(at - bytes);
        }
        if (!is_boundary(&scan, at))
            continue;
        if (++parts > PARTS_MAX) {
            *why = "too many MIME parts";
            return (gsize)(at - bytes);
        }
        const char *next = memchr(at, '\n', (gsize)(scan.end - at));
        at = next ? scan_headers(&scan, next + 1) : scan.end;
        if (at < scan.end)
            at--;
    }
    if (scan.header_lines > HEADER_LINES_MAX) {
        *why = "too many header lines in MIME parts";
        return (gsize)(at - bytes);
    }
    return length;
}
