/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plain text as HTML. */
#pragma once

#include <glib.h>

/* TEXT with everything escaped, a <p> for each paragraph, <br> for each line, indentation kept, and http and
 * https addresses as links. TEXT is valid UTF-8 with LF. Free with g_free. */
char *ch_text_to_html(const char *text);
