/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Proving to the server who we are. */
#pragma once

#include "fetch/imap-session.h"

/* SASL PLAIN (RFC 4616) where offered, else LOGIN. Only on a connection that may carry a password.
 * CH_ERROR_AUTH where the server refuses, CH_ERROR_CONFIG where there is no password. */
gboolean ch_imap_login(ChImapSession *session, GError **error);
