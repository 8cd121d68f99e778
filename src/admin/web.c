/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chamado web`: the validation page, in a process of its own that never holds a mail password. What it
 * answers is in web/. */
#include "admin/command.h"

#include "base/error.h"
#include "base/log.h"
#include "web/server.h"

#include <glib-unix.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>

static gboolean end(gpointer data)
{
    sd_notify(0, "STOPPING=1");
    g_main_loop_quit(data);
    return G_SOURCE_CONTINUE;
}

static gboolean has_page(const ChAdminContext *context, const ChConfig *config, GError **error)
{
    if (config->web.url)
        return TRUE;
    g_set_error(error, CH_ERROR, CH_ERROR_CONFIG,
                "%s: [web] has no url, expected the address at which people reach the page",
                context->config_file ? context->config_file : "no configuration");
    return FALSE;
}

/* Serves until a signal. */
static gboolean serve(const ChConfig *config, GError **error)
{
    g_autoptr(ChStore) store = ch_store_open(config->state_dir, CH_STORE_WRITE, error);
    g_autoptr(ChWeb) web = store ? ch_web_new(config, store, NULL, error) : NULL;
    if (!web)
        return FALSE;
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    guint signals[] = {g_unix_signal_add(SIGTERM, end, loop), g_unix_signal_add(SIGINT, end, loop)};
    g_autofree char *port = g_strdup_printf("%u", ch_web_port(web));
    ch_log(CH_LOG_NOTICE, "web-listening", "host", config->web.host, "port", port, NULL);
    sd_notify(0, "READY=1");
    g_main_loop_run(loop);
    for (guint i = 0; i < G_N_ELEMENTS(signals); i++)
        g_source_remove(signals[i]);
    return TRUE;
}

int ch_admin_web(ChAdminContext *context, int argc, char **argv)
{
    int code = EX_OK;
    if (!ch_command_options(context, NULL,
                            "Serves the page where people confirm their address, until SIGTERM. It belongs "
                            "behind a reverse proxy that speaks TLS.",
                            NULL, &argc, &argv, &code))
        return code;
    if (argc != 1)
        return ch_command_usage("web takes no argument");
    g_autoptr(GError) error = NULL;
    /* The strings of -o are main's own copies, so a password among them may be overwritten there. */
    g_autoptr(ChConfig) config =
        ch_config_load_public(context->config_file, (char **)context->overrides, &error);
    if (!config || !has_page(context, config, &error) || !serve(config, &error))
        return ch_command_fail(error);
    return EX_OK;
}
