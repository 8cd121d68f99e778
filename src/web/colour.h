/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page's colours: from the company's one to those that can be read, in light and dark (WCAG 2.1). */
#pragma once

#include <glib.h>

typedef struct {
    guint8 red, green, blue;
} ChColour;

/* TEXT is "#0b5fa5"; FALSE where it is not. */
gboolean ch_colour_parse(const char *text, ChColour *colour);
/* The contrast ratio of WCAG 2.1: 1 to 21. */
double ch_colour_contrast(ChColour a, ChColour b);
/* COLOUR, as little darker (or lighter, where BACKGROUND is dark) as gives at least LEAST against BACKGROUND.
 */
ChColour ch_colour_readable(ChColour colour, ChColour background, double least);
/* White, or black where white could not be read on COLOUR. */
ChColour ch_colour_text_on(ChColour colour);

/* The CSS custom properties that style.css uses, for ACCENT, in both schemes. Free with g_free. */
char *ch_colour_css(ChColour accent);
