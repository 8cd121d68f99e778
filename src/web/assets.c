/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the style and the logo, and says how a browser may use them. */
#include "web/assets.h"

#include "base/error.h"
#include "base/token.h"
#include "web/colour.h"

#include <string.h>

#define ASSET_BYTES (256 * 1024) /* a logo above it is a photograph that nobody made smaller */

static const char png[8] = {'\x89', 'P', 'N', 'G', '\r', '\n', '\x1a', '\n'};
/* An SVG may hold scripts and links: opened by itself, it must be no more than a picture. */
static const char svg_policy[] = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

void ch_asset_free(ChAsset *asset)
{
    if (!asset)
        return;
    g_bytes_unref(asset->bytes);
    g_free(asset);
}

static ChAsset *asset_new(char *data, gsize length, const char *type, const char *policy)
{
    ChAsset *asset = g_new0(ChAsset, 1);
    char digest[65];
    ch_sha256(data, length, digest);
    memcpy(asset->mark, digest, 8);
    asset->bytes = g_bytes_new_take(data, length);
    asset->type = type;
    asset->policy = policy;
    return asset;
}

static gboolean read_file(const char *path, char **data, gsize *length, GError **error)
{
    g_autoptr(GError) cause = NULL;
    if (!g_file_get_contents(path, data, length, &cause)) {
        g_set_error(error, CH_ERROR, CH_ERROR_CONFIG, "%s: %s", path, cause->message);
        return FALSE;
    }
    if (*length <= ASSET_BYTES)
        return TRUE;
    g_set_error(error, CH_ERROR, CH_ERROR_CONFIG, "%s: %" G_GSIZE_FORMAT " bytes, expected at most %d", path,
                *length, ASSET_BYTES);
    g_clear_pointer(data, g_free);
    return FALSE;
}

ChAsset *ch_asset_style(const char *dir, const char *colour, GError **error)
{
    g_autofree char *path = g_build_filename(dir, "style.css", NULL);
    g_autofree char *style = NULL;
    gsize length;
    ChColour accent;
    if (!ch_colour_parse(colour, &accent)) {
        g_set_error(error, CH_ERROR, CH_ERROR_CONFIG, "[web] colour is %s, expected one such as #0b5fa5",
                    colour ? colour : "missing");
        return NULL;
    }
    if (!read_file(path, &style, &length, error))
        return NULL;
    g_autofree char *colours = ch_colour_css(accent);
    char *css = g_strconcat(colours, style, NULL);
    return asset_new(css, strlen(css), "text/css; charset=utf-8", NULL);
}

/* XML that begins an <svg>, perhaps below its declaration, comments and a document type. */
static gboolean is_svg(const char *data, gsize length)
{
    const char *at = data + (g_str_has_prefix(data, "\xef\xbb\xbf") ? 3 : 0);
    at += strspn(at, " \t\r\n");
    gboolean xml = g_str_has_prefix(at, "<svg") || g_str_has_prefix(at, "<?xml") ||
                   g_str_has_prefix(at, "<!--") || g_str_has_prefix(at, "<!DOCTYPE svg");
    return xml && strstr(at, "<svg") && g_utf8_validate(data, (gssize)length, NULL);
}

ChAsset *ch_asset_logo(const char *path, GError **error)
{
    g_autofree char *data = NULL;
    gsize length;
    if (!read_file(path, &data, &length, error))
        return NULL;
    if (length > sizeof png && memcmp(data, png, sizeof png) == 0)
        return asset_new(g_steal_pointer(&data), length, "image/png", NULL);
    if (is_svg(data, length))
        return asset_new(g_steal_pointer(&data), length, "image/svg+xml", svg_policy);
    g_set_error(error, CH_ERROR, CH_ERROR_CONFIG,
                "%s: neither PNG nor SVG by its first bytes, expected one of them as [web] logo", path);
    return NULL;
}
