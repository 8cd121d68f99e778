/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which files of a mail its department accepts, and why not the others (PORTAL.md row 8). Pure. */
#pragma once

#include "base/config.h"
#include "mail/mail.h"

/*
 * Fills accepted and reason of all FILES (of ChAttachment) of one mail by what DEPARTMENT accepts; what stood
 * there is replaced. In the order of the files, each is refused that
 *   has a name whose extension is not accepted (jpeg is jpg, tgz is tar and gz, and so on), or has a name
 *     without one, and its bytes are of no type that is accepted either (CH_REFUSED_TYPE,
 * CH_REFUSED_NO_TYPE); is by its bytes something that is not accepted, whatever its name says
 * (CH_REFUSED_CONTENT); is too large (CH_REFUSED_SIZE), or too many or too much with those accepted before it
 * (CH_REFUSED_COUNT, CH_REFUSED_TOTAL). Images inside the text count in the total, not in the number. Bytes
 * that tell no type are believed what the name says. Archives are what they are, not what is in them.
 */
void ch_files_weigh(const ChDepartmentConfig *department, const GPtrArray *files);
