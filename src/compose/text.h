/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People's plain text as HTML, and as one line. */
#pragma once

#include <glib.h>

/* TEXT with everything escaped, a <p> for each paragraph, <br> for each line, indentation kept, and where
 * LINKS, http and https addresses as links. TEXT is valid UTF-8 with LF. Free with g_free. */
char *ch_text_to_html(const char *text, gboolean links);

/* The first MAX characters of TEXT in one line, an ellipsis where there were more: controls and blanks become
 * single spaces, none at the ends; valid UTF-8 whatever TEXT is. Free with g_free. */
char *ch_compose_one_line(const char *text, guint max);
