/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the configuration share: a temporary folder with files in it, and what is said of them.
 */
#pragma once

#include "base/config_private.h"
#include "base/error.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

static G_GNUC_UNUSED char *folder; /* a temporary one for each run */
static G_GNUC_UNUSED char *root;   /* of the source tree */

/* The tree that this program was built in: build/asan/tests is below it. */
static char *find_root(void)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_assert_nonnull(self);
    for (char *slash; (slash = strrchr(self, '/')) != NULL;) {
        *slash = '\0';
        g_autofree char *marker = g_build_filename(self, "src", "base", "config.h", NULL);
        if (g_file_test(marker, G_FILE_TEST_EXISTS))
            return g_strdup(self);
    }
    g_error("not run from the source tree");
}

static G_GNUC_UNUSED char *write_file(const char *name, const char *text, gssize length)
{
    char *path = g_build_filename(folder, name, NULL);
    g_assert_true(g_file_set_contents_full(path, text, length, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL));
    return path;
}

/* The error of TEXT as a file x.conf, without the temporary folder; NULL where it is good. */
static G_GNUC_UNUSED char *complaint(const char *text, gssize length, const char *const *overrides)
{
    g_autofree char *path = write_file("x.conf", text, length);
    g_autoptr(GError) error = NULL;
    g_autoptr(ChConfig) config = ch_config_load(path, overrides, &error);
    if (config)
        return NULL;
    g_assert_error(error, CH_ERROR, CH_ERROR_CONFIG);
    g_autofree char *prefix = g_strconcat(folder, "/", NULL);
    g_autoptr(GString) message = g_string_new(error->message);
    g_string_replace(message, prefix, "", 0);
    return g_string_free(g_steal_pointer(&message), FALSE);
}

/* Runs all tests in a fresh temporary folder, which goes afterwards with all files in it. */
static int run_in_folder(void)
{
    root = find_root();
    folder = g_dir_make_tmp("chamado-config-XXXXXX", NULL);
    g_assert_nonnull(folder);
    int result = g_test_run();
    g_autoptr(GDir) files = g_dir_open(folder, 0, NULL);
    for (const char *name; (name = g_dir_read_name(files)) != NULL;) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_remove(path);
    }
    g_rmdir(folder);
    g_free(folder);
    g_free(root);
    return result;
}

#define DEPARTMENT "[department suporte]\naddresses = suporte@example.br\n"    /* 2 lines */
#define FIELDS     "[field pedido]\ntitle = Pedido de compra\n[field setor]\n" /* 3 lines */
#define MAILBOX    "[mailbox suporte]\nhost = imap.example.br\nuser = s\n"     /* 3 lines */
