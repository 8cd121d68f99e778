/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults by name, for the tests that kill the program at each step. */
#include "base/seam.h"

#ifdef CH_SEAMS
#include <glib.h>
#include <signal.h>
#include <string.h>

void ch_seam(const char *name)
{
    static int left; /* times this seam is still to be passed; 0: not yet read */
    const char *wanted = g_getenv("CHAMADO_SEAM");
    if (!wanted)
        return;
    gsize length = strcspn(wanted, ":");
    if (strlen(name) != length || strncmp(name, wanted, length) != 0)
        return;
    int expected = 0, first = wanted[length] ? (int)g_ascii_strtoll(wanted + length + 1, NULL, 10) : 1;
    __atomic_compare_exchange_n(&left, &expected, first, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    if (__atomic_sub_fetch(&left, 1, __ATOMIC_SEQ_CST) == 0)
        raise(SIGKILL);
}
#endif
