/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Telling the server that a mail is kept here. */
#pragma once

#include "fetch/imap-session.h"

/* Does what config->after says with UIDS (ascending guint32), all of whose mails are committed (P1). Those
 * also in BODILESS (a set of UIDs as GUINT_TO_POINTER; their bodies were never fetched) are flagged where the
 * others are deleted. UIDs that are gone count as done. Sets *REMOVED to how many left the folder, at most.
 * CH_ERROR_REFUSED where the server does not let us. */
gboolean ch_imap_act(ChImapSession *session, const GArray *uids, GHashTable *bodiless, guint *removed,
                     GError **error);
