// Measures how long a server takes to its first answer, without a stub resolver's retry timers in between.
//
//   firstanswer PORT NAME                    waits for the answer of a server that runs already; prints "MS ADDRESS"
//   firstanswer PORT NAME IDLE COMMAND...    starts COMMAND, waits likewise, lets it idle IDLE seconds, ends it;
//                                            prints "MS ADDRESS RSS_KB"
//
// A query for NAME, type A, goes to 127.0.0.1:PORT every millisecond until a NOERROR response with an answer comes back.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT_MS = 60000, HEADER = 12 };

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static size_t write_query(unsigned char *query, const char *name) {
    memcpy(query, "\x4b\x53\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00", HEADER);
    size_t end = HEADER;
    while (*name != 0) {
        size_t label = strcspn(name, ".");
        if (label == 0 || label > 63 || end + label > 250) { fprintf(stderr, "firstanswer: bad name\n"); exit(2); }
        query[end++] = (unsigned char)label;
        memcpy(query + end, name, label);
        end += label;
        name += label + (name[label] == '.');
    }
    memcpy(query + end, "\x00\x00\x01\x00\x01", 5);
    return end + 5;
}

// The first record of the answer section, when it is an A record: its rdata as text.
static int read_address(const unsigned char *message, size_t length, size_t question_end, char *text) {
    size_t at = question_end;
    if (length < at || memcmp(message, "\x4b\x53", 2) != 0 || (message[2] & 0x80) == 0) return 0;
    if ((message[3] & 0x0F) != 0 || (message[6] | message[7]) == 0) return 0;
    while (at < length && message[at] != 0 && message[at] < 0xC0) at += message[at] + 1u;
    at += at < length && message[at] == 0 ? 1 : 2;
    strcpy(text, "-");
    if (at + 14 <= length && message[at + 1] == 1) inet_ntop(AF_INET, message + at + 10, text, INET_ADDRSTRLEN);
    return 1;
}

static long resident_kb(pid_t pid) {
    char path[64], line[256];
    long kb = 0;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) sscanf(line, "VmRSS: %ld", &kb);
    if (file != NULL) fclose(file);
    return kb;
}

int main(int argc, char **argv) {
    if (argc < 3 || argc == 4) { fprintf(stderr, "usage: firstanswer PORT NAME [IDLE COMMAND...]\n"); return 2; }
    unsigned char query[300], reply[4096];
    char address[INET_ADDRSTRLEN];
    size_t query_length = write_query(query, argv[2]);
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    inet_pton(AF_INET, "127.0.0.1", &server.sin_addr);
    int fd = socket(AF_INET, SOCK_DGRAM, 0), found = 0, status;
    if (fd < 0 || connect(fd, (struct sockaddr *)&server, sizeof server) != 0) { perror("firstanswer"); return 1; }

    double started = now_ms();
    pid_t child = argc > 4 ? fork() : 0;
    if (argc > 4 && child == 0) {
        dup2(STDERR_FILENO, STDOUT_FILENO);
        execvp(argv[4], argv + 4);
        perror(argv[4]);
        _exit(127);
    }
    while (!found && now_ms() - started < LIMIT_MS && (child == 0 || waitpid(child, &status, WNOHANG) == 0)) {
        send(fd, query, query_length, 0);
        struct timespec until_next = {0, 1000000};
        struct pollfd waiting = {.fd = fd, .events = POLLIN};
        // Until the server has bound its socket each send leaves ECONNREFUSED behind, which poll reports at once.
        if (ppoll(&waiting, 1, &until_next, NULL) > 0) {
            ssize_t length = recv(fd, reply, sizeof reply, MSG_DONTWAIT);
            found = length > 0 && read_address(reply, (size_t)length, query_length, address);
            if (!found) nanosleep(&until_next, NULL);
        }
    }
    double elapsed = now_ms() - started;
    if (found) printf("%.1f %s", elapsed, address);
    if (child > 0) {
        if (found) {
            sleep((unsigned)atoi(argv[3]));
            printf(" %ld", resident_kb(child));
        }
        if (waitpid(child, &status, WNOHANG) == 0) {
            kill(child, SIGTERM);
            for (int i = 0; i < 1000 && waitpid(child, &status, WNOHANG) == 0; i++) usleep(10000);
            if (kill(child, 0) == 0) { kill(child, SIGKILL); waitpid(child, &status, 0); }
        }
    }
    if (found) putchar('\n');
    else fprintf(stderr, "firstanswer: no answer for %s\n", argv[2]);
    return found ? 0 : 1;
}
