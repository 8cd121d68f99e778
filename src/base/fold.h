/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text as tables of words are written, so that case, accents and typography make no difference. */
#pragma once

#include <glib.h>

/* The first LENGTH bytes of TEXT (valid UTF-8; cut before a character that does not fit): lower case, without
 * accents, ' for every apostrophe, - for every hyphen, each run of white space one space and none at the
 * ends. Never NULL. Free with g_free. */
char *ch_fold(const char *text, gsize length);
