/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Waiting until something new may be there, by IDLE (RFC 2177) or by the clock. libetpan's own IDLE throws
 * away what the server says before its "+", so the lines are read here. */
#include "base/error.h"
#include "fetch/imap-private.h"

#include <stdio.h>
#include <string.h>

#define IDLE_SECONDS (27 * 60) /* RFC 2177 asks for less than 29 minutes, and the network takes some */

/* What a line of the server means for us; COUNT is how many mails there are. */
static gboolean is_news(const char *line, guint32 *count)
{
    guint32 number = 0;
    char word[16] = "";
    if (sscanf(line, "* %u %15s", &number, word) != 2)
        return FALSE;
    if (g_ascii_strcasecmp(word, "EXPUNGE") == 0)
        *count -= MIN(*count, 1);
    if (g_ascii_strcasecmp(word, "EXISTS") != 0)
        return FALSE;
    gboolean more = number > *count;
    *count = number;
    return more;
}

static gboolean is_bye(ChImapSource *self, const char *line, GError **error)
{
    if (g_ascii_strncasecmp(line, "* BYE", 5) != 0)
        return FALSE;
    ch_imap_error(self->session, error, CH_ERROR_NETWORK, "waiting: the server says goodbye:%s", line + 5);
    return TRUE;
}

/* Ends IDLE; what the server says until its answer counts. */
static gboolean leave_idle(ChImapSource *self, guint32 *count, gboolean *news, GError **error)
{
    if (!ch_imap_send_line(self->session, "DONE", FALSE, error))
        return FALSE;
    for (;;) {
        const char *line = ch_imap_read_line(self->session, error);
        if (!line || is_bye(self, line, error))
            return FALSE;
        if (ch_imap_tagged(self->session, line))
            return TRUE;
        *news = is_news(line, count) || *news;
    }
}

/* TRUE with *IDLING FALSE where the server does not let us. */
static gboolean enter_idle(ChImapSource *self, guint32 *count, gboolean *news, gboolean *idling,
                           GError **error)
{
    if (!ch_imap_send_line(self->session, "IDLE", TRUE, error))
        return FALSE;
    for (;;) {
        const char *line = ch_imap_read_line(self->session, error);
        if (!line || is_bye(self, line, error))
            return FALSE;
        *idling = *line == '+';
        if (*idling || ch_imap_tagged(self->session, line))
            return TRUE;
        *news = is_news(line, count) || *news;
    }
}

/* One line of the server, or the time to renew. */
static gboolean listen(ChImapSource *self, gint64 end, guint32 *count, gboolean *news, gboolean *renew,
                       GError **error)
{
    gint64 left = (end - g_get_monotonic_time()) / G_USEC_PER_SEC;
    /* libetpan may have read on already: nothing on the wire would tell. */
    gboolean buffered = self->session->imap->imap_stream->read_buffer_len > 0;
    ChImapReady ready =
        buffered ? CH_IMAP_READY : ch_imap_stream_wait(self->session->stream, (guint)MAX(left, 0));
    *renew = ready == CH_IMAP_TIMEOUT;
    if (ready == CH_IMAP_TIMEOUT)
        return TRUE;
    if (ready == CH_IMAP_FAILED)
        return ch_imap_check(self->session, MAILIMAP_ERROR_STREAM, "waiting", error);
    const char *line = ch_imap_read_line(self->session, error);
    if (!line || is_bye(self, line, error))
        return FALSE;
    *news = is_news(line, count) || *news;
    return TRUE;
}

/* *REFUSED where IDLE is not to be had after all. */
static gboolean wait_idle(ChImapSource *self, gboolean *refused, GError **error)
{
    guint32 count = self->settled;
    gboolean news = FALSE;
    while (!news) {
        gboolean idling = FALSE, renew = FALSE;
        if (!enter_idle(self, &count, &news, &idling, error))
            return FALSE;
        if (!idling) {
            *refused = !news;
            return TRUE;
        }
        gint64 end = g_get_monotonic_time() + (gint64)IDLE_SECONDS * G_USEC_PER_SEC;
        while (!news && !renew)
            if (!listen(self, end, &count, &news, &renew, error))
                return FALSE;
        if (!leave_idle(self, &count, &news, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean wait_clock(ChImapSource *self, GError **error)
{
    gint64 end = g_get_monotonic_time() + (gint64)self->config->interval * G_USEC_PER_SEC;
    GPollFD fd = {0};
    guint fds = self->cancel && g_cancellable_make_pollfd(self->cancel, &fd) ? 1 : 0;
    for (gint64 left; (left = end - g_get_monotonic_time()) > 0;)
        if (g_poll(&fd, fds, (gint)MIN(left / 1000 + 1, G_MAXINT)) > 0)
            break;
    if (fds)
        g_cancellable_release_fd(self->cancel);
    return !ch_imap_is_cancelled(self, error);
}

gboolean ch_imap_wait(ChImapSource *self, GError **error)
{
    /* Something came with the last answers of the pass. */
    if (!self->session || ch_imap_exists(self->session) != self->settled)
        return TRUE;
    gboolean refused = self->idle_refused || !self->config->idle || !ch_imap_has(self->session, "IDLE");
    if (!refused && !wait_idle(self, &refused, error))
        return FALSE;
    if (!refused)
        return TRUE;
    self->idle_refused = TRUE;
    return wait_clock(self, error);
}
