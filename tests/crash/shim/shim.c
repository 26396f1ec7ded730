/* The call shim: a preloaded library that counts the calls of a process the outside can see.
 *
 * One atomic counter over all threads, in shared memory, so that it survives a fork and can be read
 * by the parent of a killed child. At call k it kills the process before or after the call, or makes
 * the disk fail from there on. Apart from that it can record every write, truncation, unlink and
 * fsync of regular files, and every send, into a log: the disk as a power cut could leave it is
 * rebuilt from that (tests/crash/power.py).
 *
 * Counted: writes, truncations, unlinks and fsyncs of regular files; connect, send and receive on
 * internet sockets; reads and writes of serial lines. Not counted: pipes, sockets within the machine,
 * the terminal window the process runs in. Nothing is counted until `crash_arm`.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <termios.h>
#include <unistd.h>

enum { COUNT = 0, KILL_BEFORE = 1, KILL_AFTER = 2, DISK_FAILS = 3 };
enum { NO_FD = 0, FILE_FD = 1, NET_FD = 2, TTY_FD = 3 };

struct shared {
  atomic_long calls;
  long at;
  int mode, error;
  char fatal[32];
};

static struct shared *box;
static int armed;
static int log_fd = -1;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name, type) ((type)real(name))
static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

/* Give this process and its children to come a counter of their own. */
void crash_own_box(void) {
  box = mmap(NULL, sizeof *box, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}
__attribute__((constructor)) static void begin(void) {
  crash_own_box();
  const char *how = getenv("BLIPP_CRASH_AT"); /* "k mode", for a process started as a program */
  if (how != NULL && sscanf(how, "%ld %d", &box->at, &box->mode) == 2) armed = 1;
}

void crash_arm(long at, int mode, int error) {
  atomic_store(&box->calls, 0);
  box->at = at; box->mode = mode; box->error = error; box->fatal[0] = 0;
  armed = 1;
}
void crash_disarm(void) { armed = 0; }
long crash_calls(void) { return atomic_load(&box->calls); }
const char *crash_fatal(void) { return box->fatal; }

static int kind_of(int fd) {
  struct stat st, own;
  if (fd == log_fd || fstat(fd, &st) != 0) return NO_FD;
  if (S_ISREG(st.st_mode)) return FILE_FD;
  if (S_ISSOCK(st.st_mode)) {
    struct sockaddr_storage name; socklen_t size = sizeof name;
    if (getsockname(fd, (struct sockaddr *)&name, &size) != 0) return NO_FD;
    return name.ss_family == AF_INET || name.ss_family == AF_INET6 ? NET_FD : NO_FD;
  }
  if (S_ISCHR(st.st_mode) && isatty(fd)) {
    for (int screen = 0; screen < 3; screen++)
      if (fstat(screen, &own) == 0 && own.st_rdev == st.st_rdev) return NO_FD;
    return TTY_FD;
  }
  return NO_FD;
}

static void die(const char *call) {
  strncpy(box->fatal, call, sizeof box->fatal - 1);
  syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
  for (;;) pause();
}

/* Count a call; gives its number, or 0 when it is of no interest. Dies here when told to. */
static long count(int fd, const char *call) {
  if (!armed || (fd >= 0 && kind_of(fd) == NO_FD)) return 0;
  long number = atomic_fetch_add(&box->calls, 1) + 1;
  if (box->mode == KILL_BEFORE && number == box->at) die(call);
  return number;
}
static void counted(long number, const char *call) {
  if (number != 0 && box->mode == KILL_AFTER && number == box->at) die(call);
}
static int fails(long number, int fd, int error) {
  int is_so = number != 0 && box->mode == DISK_FAILS && number >= box->at && box->error == error;
  if (is_so && (fd < 0 || kind_of(fd) == FILE_FD)) { errno = error; return 1; }
  return 0;
}

/* ---- the log: [op 1][name length 4][offset 8][data length 8] name data, host byte order ---- */

static void put(char op, const char *name, int64_t offset, const void *data, uint64_t size) {
  uint32_t name_size = (uint32_t)strlen(name);
  struct iovec parts[6] = {{&op, 1}, {&name_size, 4}, {&offset, 8}, {&size, 8},
                           {(void *)name, name_size}, {(void *)data, size}};
  syscall(SYS_writev, log_fd, parts, size ? 6 : 5);
}
static void name_of(int fd, char *name, size_t size) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, name, size - 1);
  name[length < 0 ? 0 : length] = 0;
}
void crash_record(const char *path) {
  log_fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND, 0600);
}
void crash_stop_recording(void) { if (log_fd >= 0) { int fd = log_fd; log_fd = -1; close(fd); } }
void crash_mark(const char *what, const void *data, uint64_t size) {
  if (log_fd < 0) return;
  pthread_mutex_lock(&log_lock);
  put('M', what, 0, data, size);
  pthread_mutex_unlock(&log_lock);
}
static int begins_file_op(int fd) {
  if (log_fd < 0 || kind_of(fd) != FILE_FD) return 0;
  pthread_mutex_lock(&log_lock);
  return 1;
}
static void ends_write(int fd, int64_t offset, const void *data, ssize_t written) {
  char name[512];
  name_of(fd, name, sizeof name);
  if (written > 0) put('W', name, offset, data, (uint64_t)written);
  pthread_mutex_unlock(&log_lock);
}
static int64_t place(int fd) {
  struct stat st;
  int flags = fcntl(fd, F_GETFL);
  if (flags >= 0 && (flags & O_APPEND) && fstat(fd, &st) == 0) return st.st_size;
  return lseek(fd, 0, SEEK_CUR);
}
static void mark_sent(int fd, const void *data, size_t size) {
  struct sockaddr_in peer; socklen_t length = sizeof peer;
  char what[32] = "tty";
  if (log_fd < 0) return;
  int kind = kind_of(fd);
  if (kind == NET_FD && getpeername(fd, (struct sockaddr *)&peer, &length) == 0)
    snprintf(what, sizeof what, "port %d", ntohs(peer.sin_port));
  else if (kind != TTY_FD) return;
  crash_mark(what, data, size);
}

/* ---- files ---- */

static ssize_t write_to(int fd, const void *data, size_t size) {
  ssize_t (*call)(int, const void *, size_t) = REAL("write", ssize_t (*)(int, const void *, size_t));
  if (begins_file_op(fd)) {
    int64_t offset = place(fd);
    ssize_t written = call(fd, data, size);
    ends_write(fd, offset, data, written);
    return written;
  }
  mark_sent(fd, data, size);
  return call(fd, data, size);
}
ssize_t write(int fd, const void *data, size_t size) {
  long number = count(fd, "write");
  if (fails(number, fd, ENOSPC)) return -1;
  ssize_t written = write_to(fd, data, size);
  counted(number, "write");
  return written;
}
static ssize_t write_at(int fd, const void *data, size_t size, off64_t offset) {
  ssize_t (*call)(int, const void *, size_t, off64_t) =
      REAL("pwrite64", ssize_t (*)(int, const void *, size_t, off64_t));
  long number = count(fd, "pwrite");
  if (fails(number, fd, ENOSPC)) return -1;
  ssize_t written;
  if (begins_file_op(fd)) {
    written = call(fd, data, size, offset);
    ends_write(fd, offset, data, written);
  } else {
    written = call(fd, data, size, offset);
  }
  counted(number, "pwrite");
  return written;
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
  return write_at(fd, data, size, offset);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
  return write_at(fd, data, size, offset);
}
ssize_t writev(int fd, const struct iovec *parts, int part_count) {
  long number = count(fd, "writev");
  if (fails(number, fd, ENOSPC)) return -1;
  ssize_t written = 0;
  if (log_fd < 0) {
    written = REAL("writev", ssize_t (*)(int, const struct iovec *, int))(fd, parts, part_count);
  } else {
    for (int i = 0; i < part_count; i++) {
      ssize_t one = write_to(fd, parts[i].iov_base, parts[i].iov_len);
      if (one < 0) { if (written == 0) written = -1; break; }
      written += one;
    }
  }
  counted(number, "writev");
  return written;
}
static int synced(int fd, const char *call) {
  long number = count(fd, call);
  if (fails(number, fd, EIO)) return -1;
  int is_recorded = log_fd >= 0;
  if (is_recorded) pthread_mutex_lock(&log_lock);
  int result = REAL(call, int (*)(int))(fd);
  if (is_recorded) {
    char name[512];
    name_of(fd, name, sizeof name);
    if (result == 0) put('S', name, 0, NULL, 0);
    pthread_mutex_unlock(&log_lock);
  }
  counted(number, call);
  return result;
}
int fsync(int fd) { return synced(fd, "fsync"); }
int fdatasync(int fd) { return synced(fd, "fdatasync"); }
static int cut(int fd, off64_t size) {
  long number = count(fd, "ftruncate");
  if (fails(number, fd, ENOSPC)) return -1;
  int (*call)(int, off64_t) = REAL("ftruncate64", int (*)(int, off64_t));
  int is_recorded = begins_file_op(fd);
  int result = call(fd, size);
  if (is_recorded) {
    char name[512];
    name_of(fd, name, sizeof name);
    if (result == 0) put('T', name, size, NULL, 0);
    pthread_mutex_unlock(&log_lock);
  }
  counted(number, "ftruncate");
  return result;
}
int ftruncate(int fd, off_t size) { return cut(fd, size); }
int ftruncate64(int fd, off64_t size) { return cut(fd, size); }
int unlink(const char *path) {
  long number = count(-1, "unlink");
  if (log_fd >= 0) pthread_mutex_lock(&log_lock);
  int result = REAL("unlink", int (*)(const char *))(path);
  if (log_fd >= 0) {
    if (result == 0) put('U', path, 0, NULL, 0);
    pthread_mutex_unlock(&log_lock);
  }
  counted(number, "unlink");
  return result;
}
int rename(const char *from, const char *to) {
  long number = count(-1, "rename");
  if (log_fd >= 0) pthread_mutex_lock(&log_lock);
  int result = REAL("rename", int (*)(const char *, const char *))(from, to);
  if (log_fd >= 0) {
    if (result == 0) put('R', from, 0, to, strlen(to));
    pthread_mutex_unlock(&log_lock);
  }
  counted(number, "rename");
  return result;
}

/* ---- wires ---- */

int connect(int fd, const struct sockaddr *to, socklen_t size) {
  long number = count(fd, "connect");
  int result = REAL("connect", int (*)(int, const struct sockaddr *, socklen_t))(fd, to, size);
  counted(number, "connect");
  return result;
}
ssize_t send(int fd, const void *data, size_t size, int flags) {
  long number = count(fd, "send");
  mark_sent(fd, data, size);
  ssize_t sent = REAL("send", ssize_t (*)(int, const void *, size_t, int))(fd, data, size, flags);
  counted(number, "send");
  return sent;
}
ssize_t sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *to,
               socklen_t to_size) {
  long number = count(fd, "sendto");
  mark_sent(fd, data, size);
  ssize_t sent = REAL("sendto", ssize_t (*)(int, const void *, size_t, int, const struct sockaddr *,
                                            socklen_t))(fd, data, size, flags, to, to_size);
  counted(number, "sendto");
  return sent;
}
ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  long number = count(fd, "sendmsg");
  for (size_t i = 0; log_fd >= 0 && i < message->msg_iovlen; i++)
    mark_sent(fd, message->msg_iov[i].iov_base, message->msg_iov[i].iov_len);
  ssize_t sent = REAL("sendmsg", ssize_t (*)(int, const struct msghdr *, int))(fd, message, flags);
  counted(number, "sendmsg");
  return sent;
}
ssize_t recv(int fd, void *data, size_t size, int flags) {
  long number = count(fd, "recv");
  ssize_t got = REAL("recv", ssize_t (*)(int, void *, size_t, int))(fd, data, size, flags);
  counted(number, "recv");
  return got;
}
ssize_t read(int fd, void *data, size_t size) {
  long number = armed && kind_of(fd) == TTY_FD ? count(fd, "read") : 0;
  ssize_t got = REAL("read", ssize_t (*)(int, void *, size_t))(fd, data, size);
  counted(number, "read");
  return got;
}
