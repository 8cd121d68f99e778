/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * text/enriched (RFC 1896) and its forerunner text/richtext (RFC 1341, section 7.1.3) as plain text. Quoted
 * excerpts keep a mark; fonts and colours are left out.
 */
#include "parse/internal.h"

#include <string.h>

#define COMMAND_MAX 60

typedef struct {
    GString *out;
    gboolean rich;  /* richtext: line ends are blanks, <nl> is a line end */
    guint params;   /* open: their content is for programs */
    guint unfilled; /* nofill: line ends count */
    guint excerpts;
    gboolean at_start; /* of a line */
} Enriched;

static void write_end(Enriched *enriched)
{
    g_string_append_c(enriched->out, '\n');
    enriched->at_start = TRUE;
}

static void write_char(Enriched *enriched, char c)
{
    if (enriched->params > 0)
        return;
    if (enriched->at_start)
        for (guint i = 0; i < MIN(enriched->excerpts, 16); i++)
            g_string_append(enriched->out, "> ");
    enriched->at_start = FALSE;
    g_string_append_c(enriched->out, c);
}

static void count(guint *open, gboolean closing)
{
    if (!closing)
        (*open)++;
    else if (*open > 0)
        (*open)--;
}

static void command(Enriched *enriched, const char *name)
{
    gboolean closing = *name == '/';
    name += closing;
    if (!strcmp(name, "param") || (enriched->rich && !strcmp(name, "comment"))) {
        count(&enriched->params, closing);
    } else if (!strcmp(name, "nofill")) {
        count(&enriched->unfilled, closing);
    } else if (!strcmp(name, "excerpt")) {
        if (!enriched->at_start && enriched->params == 0)
            write_end(enriched);
        count(&enriched->excerpts, closing);
    } else if (enriched->rich && !closing) {
        if (!strcmp(name, "lt"))
            write_char(enriched, '<');
        else if (!strcmp(name, "nl") || !strcmp(name, "paragraph"))
            write_end(enriched);
    } else if (enriched->rich && !strcmp(name, "paragraph")) {
        write_end(enriched);
    }
}

/* A run of line ends: one is a blank, more are one fewer (RFC 1896 section 3). Returns what follows. */
static const char *line_ends(Enriched *enriched, const char *at)
{
    gsize run = strspn(at, "\n");
    if (enriched->params > 0)
        return at + run;
    gsize ends = enriched->unfilled > 0 ? run : enriched->rich ? 0 : run - 1;
    for (gsize i = 0; i < ends; i++)
        write_end(enriched);
    if (ends == 0 && at[run] && !enriched->at_start)
        write_char(enriched, ' ');
    return at + run;
}

char *ch_enriched_to_text(const char *text, gboolean rich)
{
    Enriched enriched = {.out = g_string_sized_new(strlen(text)), .rich = rich, .at_start = TRUE};
    for (const char *at = text; *at;) {
        if (*at == '\n') {
            at = line_ends(&enriched, at);
        } else if (*at != '<') {
            write_char(&enriched, *at++);
        } else if (!rich && at[1] == '<') {
            write_char(&enriched, '<');
            at += 2;
        } else {
            gsize length = strcspn(at + 1, "<>\n ");
            if (at[1 + length] == '>' && length > 0 && length <= COMMAND_MAX) {
                g_autofree char *name = g_ascii_strdown(at + 1, (gssize)length);
                command(&enriched, name);
                at += length + 2;
            } else {
                write_char(&enriched, *at++);
            }
        }
    }
    if (enriched.out->len > 0 && !enriched.at_start)
        write_end(&enriched);
    return g_string_free(enriched.out, FALSE);
}
