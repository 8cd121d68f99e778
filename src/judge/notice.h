/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mails that only a program writes, by their words, where their header says nothing (P6). Pure. */
#pragma once

#include "mail/mail.h"

/*
 * How a sentence of REPLY begins by which a vacation notice, an acknowledgement or a filter's question gives
 * itself away, in the words of the tables of notice.c; NULL where a person may have written it. Only the
 * first sentences of a short text without a question count. IS_REPLY: the mail answers another one, and
 * nothing shows that a person sent it; then what people say of their own absence counts too, unless they go
 * on to the matter of SUBJECT, or to one before it. NAME, folded, may be NULL: a person's, below which such
 * words are a footer of their company. DEAF: its sender's address says that nobody reads there. BY_CLIENT: a
 * person's mail program sent it; such words stand behind others only in what is quoted, and no desk
 * acknowledges by one. Static.
 */
const char *ch_notice_words(const char *subject, const char *reply, const char *name, gboolean is_reply,
                            gboolean deaf, gboolean by_client);

/* Whether SUBJECT is "Rita Souza is out of the office", as Domino says of FROM in the third person, without
 * an In-Reply-To: the mail answers another one all the same. */
gboolean ch_notice_announces_absence(const char *subject, const ChAddress *from);

/* Whether SUBJECT and REPLY are those of a read receipt, as Outlook writes them in many languages. */
gboolean ch_notice_is_receipt(const char *subject, const char *reply);

/* Whether REPLY, of a mail that answers an invitation, holds nothing that a person wrote. */
gboolean ch_notice_is_calendar(const char *reply);
