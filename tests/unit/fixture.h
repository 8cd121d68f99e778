/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small desk for the tests of the pure stages and the store: a configuration, a folder, mails as values. */
#pragma once

#include "base/config.h"
#include "mail/decision.h"

#include <glib/gstdio.h>

static const char fixture_config[] =
    "[desk]\nname = Mesa\nprefix = Integral\ndomain = desk.example\n"
    "admins = admin@desk.example\n"
    "[department suporte]\ntitle = Suporte\naddresses = suporte@desk.example, "
    "help@desk.example\nagents = ana@desk.example, bruno@desk.example\n"
    "language = pt_BR\n"
    "[department sales]\ntitle = Sales\naddresses = sales@desk.example\n"
    "agents = carla@desk.example\nlanguage = en\n"
    "[department open]\naddresses = open@desk.example\nregistration = open\nlanguage = en\n"
    "[department closed]\naddresses = closed@desk.example\nregistration = closed\n"
    "domains = known.example, *.group.example\n"
    "[department silent]\naddresses = silent@desk.example\nregistration = closed\nrefuse = no\n";

/* A new temporary folder; free with g_free after fixture_remove. */
static inline char *fixture_folder(void)
{
    GError *error = NULL;
    char *folder = g_dir_make_tmp("chamado-test-XXXXXX", &error);
    g_assert_no_error(error);
    return folder;
}

static inline void fixture_remove(const char *folder)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_remove(path);
    }
    if (dir)
        g_dir_close(dir);
    g_rmdir(folder);
}

/* A configuration whose state folder is FOLDER. */
static inline ChConfig *fixture_desk(const char *folder)
{
    GError *error = NULL;
    g_autofree char *path = g_build_filename(folder, "chamado.conf", NULL);
    g_autofree char *text =
        g_strdup_printf("%s[paths]\nstate = %s\ntemplates = etc/templates\n", fixture_config, folder);
    g_file_set_contents(path, text, -1, &error);
    g_assert_no_error(error);
    ChConfig *config = ch_config_load(path, NULL, &error);
    g_assert_no_error(error);
    return config;
}

/* A mail of FROM to TO. */
static inline ChMail *fixture_mail(const char *from, const char *to, const char *subject,
                                   const char *message_id)
{
    ChMail *mail = ch_mail_new();
    g_free(mail->from->address);
    mail->from->address = g_strdup(from);
    g_ptr_array_add(mail->to, ch_address_new("", to));
    g_free(mail->subject);
    mail->subject = g_strdup(subject);
    g_free(mail->message_id);
    mail->message_id = g_strdup(message_id);
    g_free(mail->text);
    mail->text = g_strdup("Bom dia, não imprime.\n");
    g_free(mail->reply);
    mail->reply = g_strdup(mail->text);
    return mail;
}
