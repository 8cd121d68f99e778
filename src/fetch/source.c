/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of functions behind which every source stands. What a source does is in its own file: imap.c,
 * path.c; a single mail on a file descriptor needs no source, see stream.c. */
#include "fetch/source.h"

gboolean ch_source_pass(ChSource *source, GCancellable *cancel, GError **error)
{
    return source->klass->pass(source, cancel, error);
}

gboolean ch_source_wait(ChSource *source, GCancellable *cancel, GError **error)
{
    return source->klass->wait(source, cancel, error);
}

void ch_source_free(ChSource *source)
{
    if (source)
        source->klass->free(source);
}
