/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The limits where no configuration says otherwise. */
#include "base/limits.h"

void ch_limits_default(ChLimits *limits)
{
    *limits = (ChLimits){
        .mail_bytes = 24u << 20, /* an 8 MB file is 11 MB in base64, and people send two (L23) */
        .attachment_bytes = 8u << 20,
        .header_bytes = 256u << 10,
        .text_bytes = 1u << 20,
        .parts = 500,
        .depth = 50,
        .recipients = 500,
        .parse_time = 10,
        .batch_mails = 200,
        .batch_bytes = 8u << 20,
        .memory_bytes = 24u << 20,
    };
}
