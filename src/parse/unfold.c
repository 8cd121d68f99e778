/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Parts that are envelopes of other parts, opened so that the rest of parse/ sees a MIME tree like any other:
 * which part is replaced by what its opener in smime.c, tnef.c or uuencode.c makes of it. The openers
 * themselves know nothing of the tree.
 */
#include "parse/internal.h"

#define DEPTH_MAX 200
/* Signed content in signed content: mail gateways sign again what was signed; nobody does it more often. */
#define LAYERS_MAX 3

GMimeMultipart *ch_unfold_multipart(void)
{
    GMimeMultipart *multipart = g_mime_multipart_new_with_subtype("mixed");
    /* GMime would draw one by lot where it is written out, as a file that is nested too deep. */
    g_mime_multipart_set_boundary(multipart, "=_opened");
    return multipart;
}

static GMimeObject *open_leaf(GMimeObject *leaf, guint layers, gboolean *is_layer)
{
    GMimeObject *opened = layers < LAYERS_MAX ? ch_smime_open(leaf) : NULL;
    *is_layer = opened != NULL;
    if (!opened)
        opened = ch_tnef_open(leaf);
    return opened ? opened : ch_uuencode_open(leaf);
}

/* Takes the reference to PART; returns it, or one to what takes its place. Recursion is bounded by DEPTH;
 * GMime nests no deeper itself. */
static GMimeObject *unfold(GMimeObject *part, guint depth, guint layers)
{
    while (!GMIME_IS_MULTIPART(part)) {
        gboolean is_layer;
        GMimeObject *opened = open_leaf(part, layers, &is_layer);
        if (!opened)
            return part;
        g_object_unref(part);
        part = opened;
        if (!is_layer)
            return part; /* a multipart of ours, of leaves that are what they are */
        layers++;
    }
    int count = depth < DEPTH_MAX ? g_mime_multipart_get_count(GMIME_MULTIPART(part)) : 0;
    for (int i = 0; i < count; i++) {
        GMimeObject *child = g_mime_multipart_get_part(GMIME_MULTIPART(part), i);
        g_autoptr(GMimeObject) unfolded = unfold(g_object_ref(child), depth + 1, layers);
        if (unfolded != child)
            g_object_unref(g_mime_multipart_replace(GMIME_MULTIPART(part), i, unfolded));
    }
    return part;
}

GMimeObject *ch_unfold(GMimeObject *top)
{
    return unfold(top, 0, 0);
}
