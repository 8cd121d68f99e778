/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Prints what the worst mails of worst.h cost from 10 KB to 10 MB, in milliseconds of processor time, and how
 * the cost grows: 1.0 is linear. `curve [--wide] [WORD…]`; --wide lifts the limits that a configuration sets.
 */
#include "judge/judge.h"
#include "parse/parse.h"

#include "worst.h"

#include <math.h>
#include <time.h>

#define SIZES 4

static double processor_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double measure(const ChConfig *config, const GString *mail)
{
    g_autoptr(GBytes) raw = g_bytes_new_static(mail->str, mail->len);
    g_autoptr(ChIncoming) incoming = ch_incoming_new(raw, "bench");
    double start = processor_ms();
    g_autoptr(ChMail) read =
        ch_parse(incoming, &config->limits, (const char *const *)config->attachment_types);
    g_autoptr(ChVerdict) verdict = ch_judge(config, read);
    return processor_ms() - start;
}

/* The steepest step among those that take long enough to be measured. */
static double exponent(const double ms[SIZES])
{
    double steepest = 0;
    for (guint i = 1; i < SIZES; i++)
        if (ms[i] > 5)
            steepest = MAX(steepest, log10(ms[i] / MAX(ms[i - 1], 0.05)));
    return steepest;
}

static gboolean chosen(const char *name, char **words)
{
    for (guint i = 0; words[i]; i++)
        if (strstr(name, words[i]))
            return TRUE;
    return !words[0];
}

int main(int argc, char **argv)
{
    gboolean wide = argc > 1 && !strcmp(argv[1], "--wide");
    g_autoptr(GError) error = NULL;
    g_autoptr(ChConfig) config = ch_config_load(NULL, NULL, &error);
    if (!config) {
        g_printerr("%s\n", error->message);
        return 1;
    }
    if (wide) {
        config->limits.header_bytes = config->limits.text_bytes = 64u << 20;
        config->limits.parts = config->limits.recipients = 1000000;
    }
    ch_parse_setup();
    g_print("%-24s %9s %9s %9s %9s  growth\n", "milliseconds at", "10 KB", "100 KB", "1 MB", "10 MB");
    for (guint i = 0; i < G_N_ELEMENTS(worst); i++) {
        if (!chosen(worst[i].name, argv + (wide ? 2 : MIN(argc, 1))))
            continue;
        double ms[SIZES];
        gsize size = 10000;
        for (guint s = 0; s < SIZES; s++, size *= 10) {
            g_autoptr(GString) mail = worst_build(&worst[i], size);
            ms[s] = measure(config, mail);
            if (ms[s] < 20)
                ms[s] = MIN(ms[s], measure(config, mail)); /* without what the first call makes */
        }
        g_print("%-24s %9.2f %9.2f %9.1f %9.1f  %.2f\n", worst[i].name, ms[0], ms[1], ms[2], ms[3],
                exponent(ms));
    }
    return 0;
}
