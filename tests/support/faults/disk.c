/* A disk, or a kernel, that fails the n-th time it is asked for something below one folder.
 *
 * LD_PRELOADed into a process and its children. DISK_FAULTS names a file that all of them map: see
 * struct state, which a test writes. DISK_FAULTS_BELOW is the folder; DISK_FAULTS_OUTPUT=1 has
 * what standard output and error are, if they are files, fail with it.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

struct state {
    uint32_t at;      /* the step that fails; 0: none does */
    uint32_t taken;   /* steps that could have failed with that error so far */
    uint32_t error;   /* ENOSPC, EIO, ENOMEM */
    uint32_t onwards; /* all from there on fail */
    uint32_t failed;
    char where[236];  /* the call that failed last, and what for */
};

enum { ROOM = 1, MEMORY = 2, READING = 4 };

#define DESCRIPTORS 65536
static char ours[DESCRIPTORS];
static struct state *state;
static const char *below;
static size_t below_size;

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) abort();
    return found;
}

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("DISK_FAULTS");
    below = getenv("DISK_FAULTS_BELOW");
    if (!path || !below) return;
    below_size = strlen(below);
    if (getenv("DISK_FAULTS_OUTPUT")) ours[1] = ours[2] = 1;
    int fd = REAL(open)(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) abort();
    void *found = REAL(mmap)(NULL, sizeof *state, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (found == MAP_FAILED) abort();
    state = found;
    REAL(close)(fd);
}

static int is_ours(int fd) { return fd >= 0 && fd < DESCRIPTORS && ours[fd]; }

static int is_file(int fd) {
    struct stat found;
    return is_ours(fd) && !REAL(fstat)(fd, &found) && S_ISREG(found.st_mode);
}

static void note(int fd, int whose) {
    if (fd >= 0 && fd < DESCRIPTORS) ours[fd] = whose != 0;
}

static int lies_below(int folder, const char *path) {
    if (!state || !path) return 0;
    if (path[0] != '/') return folder != AT_FDCWD && is_ours(folder);
    return !strncmp(path, below, below_size) && (path[below_size] == '/' || !path[below_size]);
}

/* Whether this step fails: it needs room on the disk, memory of the kernel, or a disk to read. */
static int fails(int needs, const char *name, const char *path) {
    if (!state) return 0;
    uint32_t error = state->error;
    if (error == ENOSPC && !(needs & ROOM)) return 0;
    if (error == ENOMEM && !(needs & MEMORY)) return 0;
    uint32_t taken = __sync_add_and_fetch(&state->taken, 1), at = state->at;
    if (!at || (taken != at && !(state->onwards && taken > at))) return 0;
    state->failed++;
    snprintf(state->where, sizeof state->where, "%s %s", name, path ? path : "");
    errno = error;
    return 1;
}

/* -- opening */

static int open_needs(int flags) {
    return MEMORY | READING | (flags & (O_CREAT | O_TRUNC) ? ROOM : 0);
}

#define MODE(flags)                                                   \
    mode_t mode = 0;                                                  \
    if ((flags) & (O_CREAT | O_TMPFILE)) {                            \
        va_list rest;                                                 \
        va_start(rest, flags);                                        \
        mode = va_arg(rest, mode_t);                                  \
        va_end(rest);                                                 \
    }

#define OPENS(name, folder, call)                                     \
    int whose = lies_below(folder, path);                             \
    if (whose && fails(open_needs(flags), name, path)) return -1;     \
    int fd = call;                                                    \
    note(fd, whose);                                                  \
    return fd;

int open(const char *path, int flags, ...) {
    MODE(flags) OPENS("open", AT_FDCWD, REAL(open)(path, flags, mode))
}
int open64(const char *path, int flags, ...) {
    MODE(flags) OPENS("open", AT_FDCWD, REAL(open64)(path, flags, mode))
}
int openat(int folder, const char *path, int flags, ...) {
    MODE(flags) OPENS("open", folder, REAL(openat)(folder, path, flags, mode))
}
int openat64(int folder, const char *path, int flags, ...) {
    MODE(flags) OPENS("open", folder, REAL(openat64)(folder, path, flags, mode))
}

DIR *opendir(const char *path) {
    if (lies_below(AT_FDCWD, path) && fails(MEMORY | READING, "opendir", path)) return NULL;
    return REAL(opendir)(path);
}
int close(int fd) {
    note(fd, 0);
    return REAL(close)(fd);
}
int dup2(int from, int to) {
    int fd = REAL(dup2)(from, to);
    if (fd >= 0) note(fd, is_ours(from));
    return fd;
}
int dup3(int from, int to, int flags) {
    int fd = REAL(dup3)(from, to, flags);
    if (fd >= 0) note(fd, is_ours(from));
    return fd;
}

/* -- of a descriptor */

#define OF_FD(result, name, needs, parameters, arguments)             \
    result name parameters {                                          \
        if (is_file(fd) && fails(needs, #name, "")) return -1;        \
        return REAL(name) arguments;                                  \
    }

OF_FD(ssize_t, read, READING, (int fd, void *to, size_t size), (fd, to, size))
OF_FD(ssize_t, pread, READING, (int fd, void *to, size_t size, off_t at), (fd, to, size, at))
OF_FD(ssize_t, pread64, READING, (int fd, void *to, size_t size, off64_t at), (fd, to, size, at))
OF_FD(ssize_t, write, ROOM | READING, (int fd, const void *from, size_t size), (fd, from, size))
OF_FD(ssize_t, pwrite, ROOM | READING, (int fd, const void *from, size_t size, off_t at),
      (fd, from, size, at))
OF_FD(ssize_t, pwrite64, ROOM | READING, (int fd, const void *from, size_t size, off64_t at),
      (fd, from, size, at))
OF_FD(ssize_t, writev, ROOM | READING, (int fd, const struct iovec *from, int count),
      (fd, from, count))
OF_FD(int, ftruncate, ROOM | READING, (int fd, off_t size), (fd, size))
OF_FD(int, ftruncate64, ROOM | READING, (int fd, off64_t size), (fd, size))
OF_FD(int, fsync, ROOM | READING, (int fd), (fd))
OF_FD(int, fdatasync, ROOM | READING, (int fd), (fd))
OF_FD(int, fstat, READING, (int fd, struct stat *found), (fd, found))
OF_FD(int, fstat64, READING, (int fd, struct stat64 *found), (fd, found))
OF_FD(int, fchmod, ROOM | READING, (int fd, mode_t mode), (fd, mode))

ssize_t sendfile64(int to, int from, off64_t *at, size_t size);
ssize_t sendfile(int to, int from, off_t *at, size_t size) {
    if (is_file(to) && fails(ROOM | READING, "sendfile", "")) return -1;
    return REAL(sendfile)(to, from, at, size);
}
ssize_t sendfile64(int to, int from, off64_t *at, size_t size) {
    if (is_file(to) && fails(ROOM | READING, "sendfile", "")) return -1;
    return REAL(sendfile64)(to, from, at, size);
}

void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset) {
    if (is_file(fd) && fails(MEMORY | READING, "mmap", "")) return MAP_FAILED;
    return REAL(mmap)(at, size, protection, flags, fd, offset);
}
void *mmap64(void *at, size_t size, int protection, int flags, int fd, off64_t offset) {
    if (is_file(fd) && fails(MEMORY | READING, "mmap", "")) return MAP_FAILED;
    return REAL(mmap64)(at, size, protection, flags, fd, offset);
}

/* -- of a path */

#define OF_PATH(result, name, needs, folder, parameters, arguments)   \
    result name parameters {                                          \
        if (lies_below(folder, path) && fails(needs, #name, path)) return -1; \
        return REAL(name) arguments;                                  \
    }

#define CHANGE (ROOM | MEMORY | READING)
#define LOOK (MEMORY | READING)

OF_PATH(int, mkdir, CHANGE, AT_FDCWD, (const char *path, mode_t mode), (path, mode))
OF_PATH(int, mkdirat, CHANGE, folder, (int folder, const char *path, mode_t mode),
        (folder, path, mode))
OF_PATH(int, rename, CHANGE, AT_FDCWD, (const char *path, const char *to), (path, to))
OF_PATH(int, renameat, CHANGE, folder, (int folder, const char *path, int other, const char *to),
        (folder, path, other, to))
OF_PATH(int, link, CHANGE, AT_FDCWD, (const char *path, const char *to), (path, to))
OF_PATH(int, linkat, CHANGE, folder,
        (int folder, const char *path, int other, const char *to, int flags),
        (folder, path, other, to, flags))
OF_PATH(int, unlink, LOOK, AT_FDCWD, (const char *path), (path))
OF_PATH(int, unlinkat, LOOK, folder, (int folder, const char *path, int flags),
        (folder, path, flags))
OF_PATH(int, rmdir, LOOK, AT_FDCWD, (const char *path), (path))
OF_PATH(int, chmod, CHANGE, AT_FDCWD, (const char *path, mode_t mode), (path, mode))
OF_PATH(int, stat, LOOK, AT_FDCWD, (const char *path, struct stat *found), (path, found))
OF_PATH(int, stat64, LOOK, AT_FDCWD, (const char *path, struct stat64 *found), (path, found))
OF_PATH(int, lstat, LOOK, AT_FDCWD, (const char *path, struct stat *found), (path, found))
OF_PATH(int, lstat64, LOOK, AT_FDCWD, (const char *path, struct stat64 *found), (path, found))
OF_PATH(int, fstatat, LOOK, folder,
        (int folder, const char *path, struct stat *found, int flags),
        (folder, path, found, flags))
OF_PATH(int, fstatat64, LOOK, folder,
        (int folder, const char *path, struct stat64 *found, int flags),
        (folder, path, found, flags))
OF_PATH(int, utimensat, CHANGE, folder,
        (int folder, const char *path, const struct timespec times[2], int flags),
        (folder, path, times, flags))

int bind(int fd, const struct sockaddr *address, socklen_t size) {
    const char *path = address->sa_family == AF_UNIX ? ((struct sockaddr_un *)address)->sun_path : "";
    if (path[0] && lies_below(AT_FDCWD, path) && fails(CHANGE, "bind", path)) return -1;
    return REAL(bind)(fd, address, size);
}
