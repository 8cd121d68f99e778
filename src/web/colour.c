/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Works out the page's colours by WCAG 2.1's formulas of relative luminance and contrast. Where they are used
 * is in etc/web/style.css. */
#include "web/colour.h"

#include <math.h>
#include <string.h>

#define AA_TEXT 4.5
#define AA_PART 3.0 /* of what is no text: the edge of a button */
#define STEPS   64

static const ChColour black = {0, 0, 0}, white = {255, 255, 255};
/* The grounds of style.css. Text stands on both, so it is measured against the one that it gets away from
 * last: the darker one in light, the lighter one in dark. */
static const ChColour light_page = {0xf2, 0xf4, 0xf7}, light_card = {0xff, 0xff, 0xff};
static const ChColour dark_page = {0x10, 0x13, 0x18}, dark_card = {0x1a, 0x1f, 0x27};

gboolean ch_colour_parse(const char *text, ChColour *colour)
{
    if (!text || *text != '#' || strlen(text) != 7 || strspn(text + 1, "0123456789abcdefABCDEF") != 6)
        return FALSE;
    guint64 value = g_ascii_strtoull(text + 1, NULL, 16);
    *colour = (ChColour){(guint8)(value >> 16), (guint8)(value >> 8), (guint8)value};
    return TRUE;
}

static double linear(guint8 part)
{
    double c = part / 255.0;
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(ChColour c)
{
    return 0.2126 * linear(c.red) + 0.7152 * linear(c.green) + 0.0722 * linear(c.blue);
}

double ch_colour_contrast(ChColour a, ChColour b)
{
    double one = luminance(a), other = luminance(b);
    return (MAX(one, other) + 0.05) / (MIN(one, other) + 0.05);
}

static guint8 between(guint8 from, guint8 to, guint step)
{
    return (guint8)(((guint)from * (STEPS - step) + (guint)to * step) / STEPS);
}

static ChColour mix(ChColour from, ChColour to, guint step)
{
    return (ChColour){between(from.red, to.red, step), between(from.green, to.green, step),
                      between(from.blue, to.blue, step)};
}

ChColour ch_colour_readable(ChColour colour, ChColour background, double least)
{
    ChColour end =
        ch_colour_contrast(background, white) > ch_colour_contrast(background, black) ? white : black;
    for (guint step = 0; step < STEPS; step++) {
        ChColour tried = mix(colour, end, step);
        if (ch_colour_contrast(tried, background) >= least)
            return tried;
    }
    return end;
}

ChColour ch_colour_text_on(ChColour colour)
{
    return ch_colour_contrast(white, colour) >= AA_TEXT ? white : black; /* one of them always reaches 4.5 */
}

static void property(GString *css, const char *name, ChColour c)
{
    g_string_append_printf(css, "--%s:#%02x%02x%02x;", name, c.red, c.green, c.blue);
}

static void scheme(GString *css, ChColour accent, ChColour page, ChColour card)
{
    gboolean light = luminance(page) > 0.5;
    ChColour hardest = light == (luminance(page) < luminance(card)) ? page : card;
    ChColour button = light ? accent : ch_colour_readable(accent, card, AA_PART);
    property(css, "page", page);
    property(css, "card", card);
    property(css, "button", button);
    property(css, "on-button", ch_colour_text_on(button));
    property(css, "edge", ch_colour_readable(button, card, AA_PART));
    property(css, "link", ch_colour_readable(accent, hardest, AA_TEXT));
}

char *ch_colour_css(ChColour accent)
{
    GString *css = g_string_new(":root{");
    scheme(css, accent, light_page, light_card);
    g_string_append(css, "}\n@media (prefers-color-scheme:dark){:root{");
    scheme(css, accent, dark_page, dark_card);
    g_string_append(css, "}}\n");
    return g_string_free(css, FALSE);
}
