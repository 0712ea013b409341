//  commands on stdin --> [clients] --tcp--> balancer under test --tcp--> [backend] --> one JSON line each on stdout
//
// Load clients and backend in one process that polls without ever sleeping while a slice runs: a generator that sleeps
// is woken by every answer, and the faster the balancer the more of its time goes into waking others. C, so that it is
// always faster than what it measures; the balancers under test are not.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { COMMANDS, LISTENER, BACKEND, CLIENT };
enum { SETS = 16, HEAD = 4096, SAMPLES = 1 << 21, SOURCES = 8, BACKLOG = 4096 };

struct set;

struct peer {
  int fd, kind;
  struct set *set;
  char head[HEAD];   // what has come of a head
  int headBytes;
  int busy;          // a request is under way
  long bodyLeft;     // -1: in the head; -2: chunked
  char tail[5];      // the last bytes of a chunked body
  const char *out;   // what is still to be written
  long outLeft;
  uint64_t began;
};

struct set {
  struct peer **peers;
  int count, churn;
  struct sockaddr_in to;
  char request[HEAD];
  int requestBytes;
};

static struct set sets[SETS];
static int poller, running, underWay, sourceTurn;
// How long a turn may sleep where nothing is ready: not at all, unless the whole path's CPU time is what is measured.
static int idleMs;
static uint64_t ops, errors, bodyBytes, samples;
// CPU time of turns that found nothing to do, so that whoever counts the work of a path can leave it out.
static uint64_t waited, waitsSince;
static uint32_t *latency;
static char scratch[1 << 16];

static uint64_t at(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (uint64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static uint64_t now(void) { return at(CLOCK_MONOTONIC); }

static void watch(struct peer *peer, uint32_t events, int how) {
  struct epoll_event event = {.events = events, .data.ptr = peer};
  epoll_ctl(poller, how, peer->fd, &event);
}

static struct peer *adopt(int fd, int kind, uint32_t events) {
  struct peer *peer = calloc(1, sizeof *peer);
  peer->fd = fd;
  peer->kind = kind;
  peer->bodyLeft = -1;
  watch(peer, events, EPOLL_CTL_ADD);
  return peer;
}

// ---- backend: the number at the end of a path is the length of the body

struct answer {
  long size;
  int cacheable;
  char *bytes;
  long length;
};

static struct answer *answerOf(long size, int cacheable) {
  static struct answer answers[32];
  static int known;
  for (int i = 0; i < known; i++)
    if (answers[i].size == size && answers[i].cacheable == cacheable) return &answers[i];
  if (known == 32) return &answers[0];
  struct answer *one = &answers[known++];
  char head[256];
  int headBytes = snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n%sContent-Length: %ld\r\n\r\n",
                           cacheable ? "Cache-Control: max-age=600\r\n" : "", size);
  *one = (struct answer){size, cacheable, malloc(headBytes + size), headBytes + size};
  memcpy(one->bytes, head, headBytes);
  memset(one->bytes + headBytes, 'x', size);
  return one;
}

static void hangUp(struct peer *peer) {
  close(peer->fd);
  free(peer);
}

static int flush(struct peer *peer) {
  while (peer->outLeft > 0) {
    ssize_t wrote = write(peer->fd, peer->out, peer->outLeft);
    if (wrote < 0) return errno == EAGAIN ? 1 : -1;
    peer->out += wrote;
    peer->outLeft -= wrote;
  }
  return 0;
}

static int reply(struct peer *peer) {
  char *lineEnd = memchr(peer->head, '\r', peer->headBytes);
  char *space = memrchr(peer->head, ' ', lineEnd - peer->head);
  char *query = memchr(peer->head, '?', space - peer->head);
  char *slash = memrchr(peer->head, '/', (query ? query : space) - peer->head);
  struct answer *answer = answerOf(atol(slash + 1), memmem(peer->head, peer->headBytes, " /cacheable/", 12) != NULL);
  peer->out = answer->bytes;
  peer->outLeft = answer->length;
  int full = flush(peer);
  if (full == 1) watch(peer, EPOLLOUT, EPOLL_CTL_MOD);
  return full;
}

static void onBackend(struct peer *peer, uint32_t events) {
  if (events & EPOLLOUT && peer->outLeft > 0) {
    int full = flush(peer);
    if (full < 0) hangUp(peer);
    else if (full == 0) watch(peer, EPOLLIN, EPOLL_CTL_MOD);
    return;
  }
  ssize_t got = read(peer->fd, peer->head + peer->headBytes, HEAD - peer->headBytes);
  if (got <= 0) {
    if (got == 0 || errno != EAGAIN) hangUp(peer);
    return;
  }
  peer->headBytes += got;
  char *end = memmem(peer->head, peer->headBytes, "\r\n\r\n", 4);
  if (end == NULL) {
    if (peer->headBytes == HEAD) hangUp(peer);
    return;
  }
  if (reply(peer) < 0) {
    hangUp(peer);
    return;
  }
  int used = end + 4 - peer->head;
  peer->headBytes -= used;
  memmove(peer->head, peer->head + used, peer->headBytes);
}

static void onListener(struct peer *listener) {
  int fd, on = 1;
  while ((fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    adopt(fd, BACKEND, EPOLLIN);
  }
}

// ---- clients: one request at a time on each connection

static int dial(struct peer *peer) {
  int on = 1;
  struct sockaddr_in from = {.sin_family = AF_INET};
  // Several sources: each has some 28,000 ports, and a closed one rests for a while.
  // Beside a balancer in a network of its own they are the addresses that follow its own.
  uint32_t to = ntohl(peer->set->to.sin_addr.s_addr), first = to >> 24 == 127 ? INADDR_LOOPBACK : to + 1;
  from.sin_addr.s_addr = htonl(first + sourceTurn++ % SOURCES);
  peer->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (peer->fd < 0) return -1;
  setsockopt(peer->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(peer->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  if (bind(peer->fd, (struct sockaddr *)&from, sizeof from) < 0) return -1;
  if (connect(peer->fd, (struct sockaddr *)&peer->set->to, sizeof peer->set->to) < 0 && errno != EINPROGRESS) return -1;
  return 0;
}

static void ask(struct peer *peer) {
  peer->headBytes = 0;
  peer->bodyLeft = -1;
  memset(peer->tail, 0, sizeof peer->tail);
  if (!peer->busy) underWay++;
  peer->busy = 1;
  if (!peer->set->churn) peer->began = now();
  if (write(peer->fd, peer->set->request, peer->set->requestBytes) != peer->set->requestBytes) errors++;
}

static void startConnection(struct peer *peer) {
  peer->began = now();
  underWay++;
  peer->busy = 1;
  if (dial(peer) < 0) {
    errors++;
    underWay--;
    peer->busy = 0;
    if (peer->fd >= 0) close(peer->fd);
    peer->fd = -1;
    return;
  }
  watch(peer, EPOLLOUT, EPOLL_CTL_ADD);
}

static void lost(struct peer *peer) {
  errors++;
  if (peer->busy) underWay--;
  peer->busy = 0;
  close(peer->fd);
  peer->fd = -1;
}

static void answered(struct peer *peer) {
  uint64_t took = now() - peer->began;
  ops++;
  if (samples < SAMPLES) latency[samples++] = took > UINT32_MAX ? UINT32_MAX : took;
  underWay--;
  peer->busy = 0;
  if (peer->set->churn) {
    close(peer->fd);
    peer->fd = -1;
    if (running) startConnection(peer);
  } else if (running) ask(peer);
}

/** Takes the head's framing; the bytes of the body that came with it, or -1 while it is not whole. */
static long takeHead(struct peer *peer, const char *bytes, ssize_t got) {
  long room = HEAD - 1 - peer->headBytes;
  long taken = got < room ? got : room;
  memcpy(peer->head + peer->headBytes, bytes, taken);
  int before = peer->headBytes;
  peer->headBytes += taken;
  peer->head[peer->headBytes] = 0;
  char *end = memmem(peer->head, peer->headBytes, "\r\n\r\n", 4);
  if (end == NULL) return -1;
  *end = 0;
  if (strncmp(peer->head, "HTTP/1.1 200", 12) != 0) errors++;
  char *length = strcasestr(peer->head, "\ncontent-length:");
  peer->bodyLeft = length ? atol(length + 16) : -2;
  return got - (end + 4 - peer->head - before);
}

static void onClient(struct peer *peer, uint32_t events) {
  if (events & EPOLLOUT) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(peer->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) {
      lost(peer);
      return;
    }
    watch(peer, EPOLLIN, EPOLL_CTL_MOD);
    if (peer->set->churn) ask(peer);
    else {
      peer->busy = 0;
      underWay--;
    }
    return;
  }
  ssize_t got = read(peer->fd, scratch, sizeof scratch);
  if (got <= 0) {
    if (got == 0 || errno != EAGAIN) lost(peer);
    return;
  }
  long body = got;
  if (peer->bodyLeft == -1) body = takeHead(peer, scratch, got);
  if (body < 0) return;
  bodyBytes += body;
  if (peer->bodyLeft == -2) {
    char both[10];
    int keep = body < 5 ? body : 5;
    memcpy(both, peer->tail, 5);
    memcpy(both + 5, scratch + got - keep, keep);
    memcpy(peer->tail, both + keep, 5);
    if (memcmp(peer->tail, "0\r\n\r\n", 5) == 0) answered(peer);
    return;
  }
  peer->bodyLeft -= body;
  if (peer->bodyLeft < 0) errors++;
  if (peer->bodyLeft <= 0) answered(peer);
}

// ---- commands

/** Looks at the clock where waiting begins and where it ends only, because this one is a system call. */
static void wait(int idle) {
  if (idle == (waitsSince != 0)) return;
  uint64_t spent = at(CLOCK_PROCESS_CPUTIME_ID);
  if (!idle) waited += spent - waitsSince;
  waitsSince = idle ? spent : 0;
}

static void turn(int waitMs) {
  struct epoll_event events[256];
  int ready = epoll_wait(poller, events, 256, waitMs);
  wait(ready == 0);
  for (int i = 0; i < ready; i++) {
    struct peer *peer = events[i].data.ptr;
    if (peer->kind == CLIENT) onClient(peer, events[i].events);
    else if (peer->kind == BACKEND) onBackend(peer, events[i].events);
    else if (peer->kind == LISTENER) onListener(peer);
  }
}

static void settle(uint64_t limit) {
  uint64_t until = now() + limit;
  while (underWay > 0 && now() < until) turn(0);
}

static int compare(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return x < y ? -1 : x > y;
}

static void report(uint64_t began) {
  wait(0);
  double seconds = (now() - began) / 1e9;
  errors += underWay;
  qsort(latency, samples, sizeof *latency, compare);
  double p50 = samples ? latency[samples / 2] / 1e3 : 0, p99 = samples ? latency[samples * 99 / 100] / 1e3 : 0;
  printf("{\"ops\":%lu,\"errors\":%lu,\"bytes\":%lu,\"seconds\":%.6f,\"waited\":%.6f,\"p50Us\":%.1f,\"p99Us\":%.1f}\n", ops, errors, bodyBytes,
         seconds, waited / 1e9, p50, p99);
}

static void clear(void) {
  ops = errors = bodyBytes = samples = waited = waitsSince = 0;
  underWay = 0;
}

static void openSet(int id, const char *address, int port, int count, int churn, const char *path, char *fields) {
  struct set *set = &sets[id];
  *set = (struct set){.count = count, .churn = churn, .peers = calloc(count, sizeof(struct peer *))};
  set->to = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
  inet_pton(AF_INET, address, &set->to.sin_addr);
  set->requestBytes = snprintf(set->request, HEAD, "GET %s HTTP/1.1\r\nHost: bench.test\r\nUser-Agent: load\r\nAccept: */*\r\n", path);
  for (char *field = strtok(fields, "|\n"); field != NULL; field = strtok(NULL, "|\n"))
    set->requestBytes += snprintf(set->request + set->requestBytes, HEAD - set->requestBytes, "%s\r\n", field);
  set->requestBytes += snprintf(set->request + set->requestBytes, HEAD - set->requestBytes, "\r\n");
  uint64_t began = now();
  clear();
  for (int i = 0; i < count; i++) {
    set->peers[i] = calloc(1, sizeof(struct peer));
    *set->peers[i] = (struct peer){.fd = -1, .kind = CLIENT, .set = set, .bodyLeft = -1};
    if (churn) continue;
    startConnection(set->peers[i]);
    // A listener's backlog is finite.
    if (underWay >= 256) settle(10000000000);
  }
  settle(10000000000);
  report(began);
}

static void closeSet(int id) {
  struct set *set = &sets[id];
  for (int i = 0; i < set->count; i++) {
    if (set->peers[i]->fd >= 0) close(set->peers[i]->fd);
    free(set->peers[i]);
  }
  free(set->peers);
  *set = (struct set){0};
  clear();
  report(now());
}

static void start(struct peer *peer) {
  if (peer->set->churn) startConnection(peer);
  else if (peer->fd < 0) errors++;
  else ask(peer);
}

/** `ms` 0: one request on each connection. */
static void runSet(int id, long ms) {
  struct set *set = &sets[id];
  clear();
  running = ms > 0;
  uint64_t began = now(), until = began + (uint64_t)ms * 1000000;
  for (int i = 0; i < set->count; i++) {
    start(set->peers[i]);
    if (ms == 0 && underWay >= 256) settle(10000000000);
  }
  while (now() < until) turn(idleMs);
  running = 0;
  settle(10000000000);
  report(began);
}

static void onCommand(char *line) {
  char address[64], path[256], fields[2048] = "";
  int id, port, count, churn;
  long ms;
  if (sscanf(line, "open %d %63s %d %d %d %255s %2047[^\n]", &id, address, &port, &count, &churn, path, fields) >= 6)
    openSet(id, address, port, count, churn, path, fields);
  else if (sscanf(line, "run %d %ld", &id, &ms) == 2) runSet(id, ms);
  else if (sscanf(line, "close %d", &id) == 1) closeSet(id);
  else printf("{\"unknown\":true}\n");
  fflush(stdout);
}

int main(int argc, char **argv) {
  int on = 1, port = argc > 1 ? atoi(argv[1]) : 0;
  idleMs = argc > 2 ? atoi(argv[2]) : 0;
  poller = epoll_create1(0);
  latency = malloc(SAMPLES * sizeof *latency);
  if (port > 0) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    // Every loopback address: a thousand targets are one listener.
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, BACKLOG) < 0) {
      perror("load: backend");
      return 1;
    }
    adopt(fd, LISTENER, EPOLLIN);
  }
  adopt(0, COMMANDS, EPOLLIN);
  printf("{\"ready\":true}\n");
  fflush(stdout);
  char line[4096];
  int filled = 0;
  for (;;) {
    struct epoll_event events[256];
    int ready = epoll_wait(poller, events, 256, -1);
    for (int i = 0; i < ready; i++) {
      struct peer *peer = events[i].data.ptr;
      if (peer->kind == CLIENT) onClient(peer, events[i].events);
      else if (peer->kind == BACKEND) onBackend(peer, events[i].events);
      else if (peer->kind == LISTENER) onListener(peer);
      else {
        ssize_t got = read(0, line + filled, sizeof line - 1 - filled);
        if (got <= 0) return 0;
        filled += got;
        line[filled] = 0;
        if (line[filled - 1] != '\n') continue;
        filled = 0;
        onCommand(line);
        // What a command did may have closed peers that this batch still names.
        break;
      }
    }
  }
}
