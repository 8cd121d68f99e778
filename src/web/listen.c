/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opens the listening socket by ourselves, so that an error says what was wrong. */
#include "web/listen.h"

#include "base/error.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 128 /* connections that wait while all are taken */

static int bound(const struct addrinfo *address)
{
    int fd = socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    int one = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one); /* a restart finds old connections there */
    if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int code = errno;
    close(fd);
    errno = code;
    return -1;
}

static guint16 port_of(int fd)
{
    struct sockaddr_storage name;
    socklen_t length = sizeof name;
    if (getsockname(fd, (struct sockaddr *)&name, &length) != 0)
        return 0;
    return g_ntohs(name.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&name)->sin6_port
                                              : ((struct sockaddr_in *)&name)->sin_port);
}

int ch_listen(const char *host, guint16 *port, GError **error)
{
    const struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    g_autofree char *service = g_strdup_printf("%u", *port);
    int code = getaddrinfo(host, service, &hints, &found);
    if (code != 0) {
        g_set_error(error, CH_ERROR, CH_ERROR_CONFIG,
                    "[web] host %s: %s, expected an address of this machine", host, gai_strerror(code));
        return -1;
    }
    int fd = -1;
    for (const struct addrinfo *address = found; address && fd < 0; address = address->ai_next)
        fd = bound(address);
    if (fd < 0)
        g_set_error(error, CH_ERROR, CH_ERROR_IO, "can't listen on %s, port %u: %s", host, *port,
                    g_strerror(errno));
    else
        *port = port_of(fd);
    freeaddrinfo(found);
    return fd;
}
