/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error domain: what is worth another try, and which exit code a shell sees. */
#include "base/error.h"

#include <sysexits.h>

G_DEFINE_QUARK(ch - error, ch_error)

gboolean ch_error_is_temporary(const GError *error)
{
    if (!error || error->domain != CH_ERROR)
        return FALSE;
    switch ((ChErrorCode)error->code) {
    case CH_ERROR_NETWORK:
    case CH_ERROR_BUSY:
    case CH_ERROR_IO:
    case CH_ERROR_STORE:
    case CH_ERROR_PROTOCOL:
        return TRUE;
    default:
        return FALSE;
    }
}

int ch_error_exit_code(const GError *error)
{
    if (!error)
        return EX_OK;
    if (error->domain != CH_ERROR)
        return EX_SOFTWARE;
    switch ((ChErrorCode)error->code) {
    case CH_ERROR_USAGE:
        return EX_USAGE;
    case CH_ERROR_CONFIG:
    case CH_ERROR_NEWER:
        return EX_CONFIG;
    case CH_ERROR_INPUT:
    case CH_ERROR_LIMIT:
        return EX_DATAERR;
    case CH_ERROR_IO:
    case CH_ERROR_STORE:
        return EX_IOERR;
    case CH_ERROR_BUSY:
    case CH_ERROR_NETWORK:
    case CH_ERROR_CANCELLED:
        return EX_TEMPFAIL;
    case CH_ERROR_TLS:
    case CH_ERROR_AUTH:
        return EX_NOPERM;
    case CH_ERROR_PROTOCOL:
        return EX_PROTOCOL;
    case CH_ERROR_REFUSED:
        return EX_UNAVAILABLE;
    case CH_ERROR_NOT_FOUND:
        return EX_NOINPUT;
    }
    return EX_SOFTWARE;
}
