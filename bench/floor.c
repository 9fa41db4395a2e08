// The floor: what a UDP answer costs on this machine when nobody thinks about it. It takes datagrams in batches, turns each
// query into a response with one fixed A record (the question is copied, anything after it is dropped) and sends the batch.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { BATCH = 32, SIZE = 4096, HEADER = 12 };
static const unsigned char record[16] = {0xC0, HEADER, 0, 1, 0, 1, 0, 0, 0, 30, 0, 4, 10, 96, 0, 1};
static unsigned char buffers[BATCH][SIZE];

static size_t answer(unsigned char *message, size_t length) {
    size_t end = HEADER;
    while (end < length && message[end] != 0) end += message[end] + 1u;
    end += 5;
    if (length < HEADER || end > length || end + sizeof record > SIZE) return 0;
    memcpy(message + 2, "\x84\x00\x00\x01\x00\x01\x00\x00\x00\x00", 10);
    memcpy(message + end, record, sizeof record);
    return end + sizeof record;
}

int main(int argc, char **argv) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(argc > 1 ? atoi(argv[1]) : 0)}, peers[BATCH];
    struct iovec parts[BATCH];
    struct mmsghdr messages[BATCH];
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0) { perror("floor"); return 1; }
    for (;;) {
        for (int i = 0; i < BATCH; i++) {
            parts[i] = (struct iovec){buffers[i], SIZE};
            messages[i].msg_hdr = (struct msghdr){.msg_name = &peers[i], .msg_namelen = sizeof peers[i], .msg_iov = &parts[i], .msg_iovlen = 1};
        }
        int received = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL), ready = 0;
        for (int i = 0; i < received; i++) {
            parts[i].iov_len = answer(buffers[i], messages[i].msg_len);
            if (parts[i].iov_len != 0) messages[ready++] = messages[i];
        }
        for (int sent = 0, n; sent < ready && (n = sendmmsg(fd, messages + sent, ready - sent, 0)) > 0;) sent += n;
    }
}
