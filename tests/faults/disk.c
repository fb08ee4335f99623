/* A disk that fails on purpose. Preloaded, it stands between the program and its files whose path holds
   $FAULTS_MATCH, and does what the file $FAULTS_CONTROL says: "<function> <errno> <nth> <per thousand>".
   The function is write or fsync; errno 0 means that only half is written. With nth the nth call since the
   control was written fails, once; otherwise each fails with that chance. An empty control fails nothing.
   cc -shared -fPIC -o disk.so disk.c -ldl */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char last[128];
static long calls;
static unsigned int chance = 1;

static int is_ours(int fd)
{
    char link[64], path[512];
    const char *match = getenv("FAULTS_MATCH");
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0 || !match)
        return 0;
    path[length] = 0;
    return strstr(path, match) != NULL;
}

/* The errno to fail with, 0 for half a write, -1 for nothing. */
static int fault(const char *function, int fd)
{
    const char *file = getenv("FAULTS_CONTROL");
    char text[128] = "", wanted[16] = "";
    int error = 0, nth = 0, often = 0, result = -1;
    if (!file || !is_ours(fd))
        return -1;
    long control = syscall(SYS_openat, AT_FDCWD, file, O_RDONLY | O_CLOEXEC, 0);
    if (control < 0)
        return -1;
    long length = syscall(SYS_read, control, text, sizeof text - 1);
    syscall(SYS_close, control);
    if (length <= 0 || sscanf(text, "%15s %d %d %d", wanted, &error, &nth, &often) != 4 || strcmp(wanted, function))
        return -1;
    pthread_mutex_lock(&lock);
    if (strcmp(text, last)) {
        strcpy(last, text);
        calls = 0;
    }
    calls++;
    if (nth ? calls == nth : (int)(rand_r(&chance) % 1000) < often)
        result = error;
    pthread_mutex_unlock(&lock);
    return result;
}

ssize_t write(int fd, const void *bytes, size_t count)
{
    static ssize_t (*real)(int, const void *, size_t);
    if (!real)
        real = dlsym(RTLD_NEXT, "write");
    int error = fault("write", fd);
    if (error > 0) {
        errno = error;
        return -1;
    }
    return real(fd, bytes, error == 0 && count > 1 ? count / 2 : count);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t offset)
{
    static ssize_t (*real)(int, const void *, size_t, off_t);
    if (!real)
        real = dlsym(RTLD_NEXT, "pwrite64");
    int error = fault("write", fd);
    if (error > 0) {
        errno = error;
        return -1;
    }
    return real(fd, bytes, error == 0 && count > 1 ? count / 2 : count, offset);
}

static int sync_with(const char *name, int fd)
{
    int (*real)(int) = dlsym(RTLD_NEXT, name);
    int error = fault("fsync", fd);
    if (error > 0) {
        errno = error;
        return -1;
    }
    return real(fd);
}

int fsync(int fd) { return sync_with("fsync", fd); }
int fdatasync(int fd) { return sync_with("fdatasync", fd); }
