/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which files of a mail are accepted (PORTAL.md row 8). A refused one costs nothing else: the ticket is
 * opened, the file stays in the raw mail, and it is never sent on.
 *
 * A file is refused whose name has an extension that is not accepted, or none and content that tells nothing;
 * whose content is a program, or of a known type that is not accepted; which is larger than one may be; and
 * then those by which the mail exceeds its total or its count: files in their order come first, images inside
 * the text after all of them. Archives are never unpacked. Signatures (is_crypto) are no files, and refused;
 * containers that could not be opened (is_sealed) are refused.
 */
#pragma once

#include "base/config.h"
#include "mail/mail.h"
#include "mail/routing.h"

/* Sets accepted and reason of each attachment of MAIL, whatever they were: the one change that a ChMail sees
 * after parse, because the policy is the department's, and that is known only now. REFUSALS (of ChRefusal,
 * may be NULL): the files that rules refuse, with the words of the first one; they take nothing of the total.
 */
void ch_files_judge(ChMail *mail, const ChFilePolicy *policy, const GPtrArray *refusals);
