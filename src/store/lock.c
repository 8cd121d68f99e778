/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One `serve` or `poll` at a time on a desk: an flock(2) on DIR/desk.lock, which names its holder for people.
 */
#include "store/store.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static char *read_holder(int lock)
{
    char holder[128] = "";
    ssize_t length = pread(lock, holder, sizeof holder - 1, 0);
    holder[length > 0 ? length : 0] = '\0';
    return g_strdup(*holder ? g_strchomp(holder) : "another process");
}

void ch_desk_hand_over(const char *dir, const char *path)
{
    struct stat folder, file;
    if (geteuid() == 0 && stat(dir, &folder) == 0 && folder.st_uid != 0 && lstat(path, &file) == 0 &&
        file.st_uid == 0 && lchown(path, folder.st_uid, folder.st_gid) != 0)
        g_warning("%s: %s", path, g_strerror(errno));
}

int ch_desk_lock(const char *dir, const char *who, GError **error)
{
    if (g_mkdir_with_parents(dir, 0700) != 0) {
        g_set_error(error, CH_ERROR, CH_ERROR_IO, "%s: can't be made: %s", dir, g_strerror(errno));
        return -1;
    }
    g_autofree char *path = g_build_filename(dir, "desk.lock", NULL);
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0) {
        g_set_error(error, CH_ERROR, CH_ERROR_IO, "%s: %s, expected a file that user %s can write", path,
                    g_strerror(errno), g_get_user_name());
        return -1;
    }
    ch_desk_hand_over(dir, path);
    if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
        g_autofree char *holder = read_holder(lock);
        g_set_error(error, CH_ERROR, CH_ERROR_BUSY, "%s: the desk is held by %s", dir, holder);
        close(lock);
        return -1;
    }
    g_autofree char *text = g_strdup_printf("chamado %s, process %d\n", who, (int)getpid());
    if (ftruncate(lock, 0) != 0 || pwrite(lock, text, strlen(text), 0) < 0) {
        g_set_error(error, CH_ERROR, CH_ERROR_IO, "%s: %s", path, g_strerror(errno));
        close(lock);
        return -1;
    }
    return lock;
}

void ch_desk_unlock(int lock)
{
    if (lock >= 0)
        close(lock);
}

/* The kernel's list is asked, for a lock of our own, however short, could make a `serve` believe that another
 * one runs. A line of it: "1: FLOCK  ADVISORY  WRITE 1234 fe:01:5678 0 EOF". */
static gboolean is_locked(ino_t inode)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents("/proc/locks", &text, NULL, NULL))
        return FALSE;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        const char *last = strrchr(*line, ':');
        if (strstr(*line, " FLOCK ") && strstr(*line, " WRITE ") && !strstr(*line, "->") && last &&
            g_ascii_strtoull(last + 1, NULL, 10) == inode)
            return TRUE;
    }
    return FALSE;
}

char *ch_desk_holder(const char *dir)
{
    struct stat facts;
    g_autofree char *path = g_build_filename(dir, "desk.lock", NULL);
    int lock = open(path, O_RDONLY | O_CLOEXEC);
    if (lock < 0)
        return NULL;
    char *holder = fstat(lock, &facts) == 0 && is_locked(facts.st_ino) ? read_holder(lock) : NULL;
    close(lock);
    return holder;
}
