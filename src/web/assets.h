/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The two files that a page loads: its style and the company's logo. Read once, at the start. */
#pragma once

#include "base/config.h"

typedef struct {
    GBytes *bytes;
    const char *type;   /* text/css, image/png, image/svg+xml */
    const char *policy; /* its own Content-Security-Policy; NULL: that of pages */
    char mark[9];       /* of its content, for a URL that changes with it */
} ChAsset;

void ch_asset_free(ChAsset *asset);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChAsset, ch_asset_free)

/* DIR/style.css below the colours that follow from COLOUR, "#0b5fa5". CH_ERROR_CONFIG. */
ChAsset *ch_asset_style(const char *dir, const char *colour, GError **error);
/* The PNG or SVG at PATH, told apart by its first bytes. CH_ERROR_CONFIG where it is neither, is too large or
 * isn't there. */
ChAsset *ch_asset_logo(const char *path, GError **error);
