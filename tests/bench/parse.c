/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reads each mail of a Maildir, parses and judges it, one after the other, and prints how many in a second
 * and how much memory that took at most: `parse MAILDIR`. Then the two mails that P13 names. The mails are
 * made by tests/bench/small; nothing is stored and nothing sent.
 */
#include "parse/parse.h"
#include "base/clock.h"
#include "judge/judge.h"

#include <string.h>
#include <sys/resource.h>

typedef struct {
    guint64 mails, bytes, files, cuts;
    guint kinds[CH_KIND_REPORT + 1];
    gint64 microseconds; /* of the processor, in parse and judge */
} Sums;

static void read_mail(const ChConfig *config, GBytes *raw, Sums *sums)
{
    gint64 start = ch_clock_work();
    g_autoptr(ChIncoming) incoming = ch_incoming_new(raw, "bench");
    g_autoptr(ChMail) mail = ch_parse(incoming, &config->limits);
    g_autoptr(ChVerdict) verdict = ch_judge(config, mail);
    sums->mails++;
    sums->bytes += g_bytes_get_size(raw);
    sums->files += mail->attachments->len;
    sums->cuts += mail->cuts->len;
    sums->kinds[verdict->kind]++;
    sums->microseconds += ch_clock_work() - start;
}

static gboolean read_folder(const ChConfig *config, const char *maildir, Sums *sums, GError **error)
{
    g_autofree char *folder = g_build_filename(maildir, "cur", NULL);
    g_autoptr(GDir) files = g_dir_open(folder, 0, error);
    if (!files)
        return FALSE;
    for (const char *name; (name = g_dir_read_name(files)) != NULL;) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        char *bytes;
        gsize length;
        if (!g_file_get_contents(path, &bytes, &length, error))
            return FALSE;
        g_autoptr(GBytes) raw = g_bytes_new_take(bytes, length);
        read_mail(config, raw, sums);
    }
    return TRUE;
}

static void print_sums(const Sums *sums, double seconds)
{
    g_print("%" G_GUINT64_FORMAT
            " mails, %.0f MB: %.0f mails/s by the clock (%.1f s), %.0f in a second of processor time of "
            "parse and judge (%.1f s)\n",
            sums->mails, (double)sums->bytes / 1e6, (double)sums->mails / seconds, seconds,
            (double)sums->mails / ((double)sums->microseconds / 1e6), (double)sums->microseconds / 1e6);
    g_print("files %" G_GUINT64_FORMAT ", cuts %" G_GUINT64_FORMAT, sums->files, sums->cuts);
    for (guint i = 0; i < G_N_ELEMENTS(sums->kinds); i++)
        g_print(", %s %u", ch_kind_name(i), sums->kinds[i]);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    g_print("\npeak memory %.1f MB\n", (double)usage.ru_maxrss / 1024);
}

static void time_one(const ChConfig *config, const char *what, GString *mail)
{
    g_autoptr(GBytes) raw = g_string_free_to_bytes(mail);
    Sums sums = {0};
    read_mail(config, raw, &sums);
    g_print("%s, %.0f KB: %.1f ms\n", what, (double)sums.bytes / 1e3, (double)sums.microseconds / 1e3);
}

#define HEAD "From: ana@cliente.example\nTo: suporte@desk.example\nSubject: s\nMIME-Version: 1.0\n"

static void time_two(const ChConfig *config)
{
    GString *quotes =
        g_string_new(HEAD "\nsim\n\nOn Tue, Nov 24, 2026 at 10:00 AM Ana <ana@x.example> wrote:\n");
    for (guint i = 0; quotes->len < 767000; i++)
        g_string_append_printf(quotes, "%.*s linha citada de novo e de novo\n", (int)(i % 20 + 1),
                               ">>>>>>>>>>>>>>>>>>>>");
    time_one(config, "a mail of quotes", quotes);
    GString *nested = g_string_new(HEAD);
    for (guint i = 0; i < 10000; i++)
        g_string_append_printf(nested, "Content-Type: multipart/mixed; boundary=\"b%u\"\n\n--b%u\n", i, i);
    g_string_append(nested, "Content-Type: text/plain\n\nola\n");
    time_one(config, "a mail of 10,000 nested parts", nested);
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ChConfig) config = ch_config_load(NULL, NULL, &error);
    if (argc != 2 || !config) {
        g_printerr("%s\n", config ? "usage: parse MAILDIR" : error->message);
        return 2;
    }
    ch_parse_setup();
    Sums sums = {0};
    gint64 start = g_get_monotonic_time();
    if (!read_folder(config, argv[1], &sums, &error)) {
        g_printerr("%s\n", error->message);
        return 1;
    }
    print_sums(&sums, (double)(g_get_monotonic_time() - start) / 1e6);
    time_two(config);
    return 0;
}
