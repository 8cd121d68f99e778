/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Prints what the worst mails of worst.h cost from 10 KB to 10 MB, in milliseconds of processor time, and how
 * the cost grows: 1.0 is linear. `curve [--wide] [WORD…]`; --wide lifts the limits that a configuration sets.
 * `curve --tap` is a test that it is linear (P13). What each limit does is in test_parse_limits.c.
 */
#include "judge/judge.h"
#include "parse/parse.h"

#include "worst.h"

#include <math.h>
#include <time.h>

#define SIZES 4

/* Of the test: one size and FACTOR times as much. Quadratic work takes FACTOR squared, 256 times as long;
 * what is between is caches and the allocator. */
#define SMALL      (32u << 10)
#define FACTOR     16
#define GROWTH_MAX 60
/* Milliseconds that tell nothing. */
#define NOISE_MS 10
/* A busy machine slows down processor time too: one good measurement of these is enough. */
#define ATTEMPTS 5

static double processor_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double measure(const ChConfig *config, const Worst *what, gsize size)
{
    g_autoptr(GString) mail = worst_build(what, size);
    g_autoptr(GBytes) raw = g_bytes_new_static(mail->str, mail->len);
    g_autoptr(ChIncoming) incoming = ch_incoming_new(raw, "bench");
    double start = processor_ms();
    g_autoptr(ChMail) read = ch_parse(incoming, &config->limits);
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

static void print_curve(const ChConfig *config, const Worst *what)
{
    double ms[SIZES];
    gsize size = 10000;
    for (guint s = 0; s < SIZES; s++, size *= 10) {
        ms[s] = measure(config, what, size);
        if (ms[s] < 20) /* without what the first call makes */
            ms[s] = MIN(ms[s], measure(config, what, size));
    }
    g_print("%-24s %9.2f %9.2f %9.1f %9.1f  %.2f\n", what->name, ms[0], ms[1], ms[2], ms[3], exponent(ms));
}

static gboolean check(const ChConfig *config, const Worst *what, guint number)
{
    double small = 0, large = 0;
    gboolean linear = FALSE;
    for (guint attempt = 0; attempt < ATTEMPTS && !linear; attempt++) {
        small = measure(config, what, SMALL);
        large = measure(config, what, (gsize)SMALL * FACTOR);
        linear = large <= small * GROWTH_MAX + NOISE_MS;
    }
    g_print("%sok %u - %s: %.1f ms, of %u times as much %.1f ms\n", linear ? "" : "not ", number, what->name,
            small, FACTOR, large);
    return linear;
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
    gboolean wide = argc > 1 && !strcmp(argv[1], "--wide"), tap = argc > 1 && !strcmp(argv[1], "--tap");
    g_autoptr(GError) error = NULL;
    g_autoptr(ChConfig) config = ch_config_load(NULL, NULL, &error);
    if (!config) {
        g_printerr("%s\n", error->message);
        return 1;
    }
    if (wide || tap) { /* these would hide the growth */
        config->limits.header_bytes = config->limits.text_bytes = 64u << 20;
        config->limits.parts = config->limits.recipients = 1000000;
    }
    ch_parse_setup();
    if (tap)
        g_print("1..%u\n", (guint)G_N_ELEMENTS(worst));
    else
        g_print("%-24s %9s %9s %9s %9s  growth\n", "milliseconds at", "10 KB", "100 KB", "1 MB", "10 MB");
    gboolean good = TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(worst); i++) {
        if (tap)
            good = check(config, &worst[i], i + 1) && good;
        else if (chosen(worst[i].name, argv + (wide ? 2 : 1)))
            print_curve(config, &worst[i]);
    }
    return good ? 0 : 1;
}
