/*
 * What a pod's C library finds. Reads questions from standard input, one a line, and prints the answer to each on a line:
 *
 *   any NAME, inet NAME, inet6 NAME   getaddrinfo: the canonical name, and the addresses
 *   ptr ADDRESS                       getnameinfo: the name
 *   srv NAME                          res_send: priority, weight, port and target of each record
 *
 * A failure is printed as an exclamation mark and the failure's name, or the number of the response code.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static const char *failure(int code)
{
    switch (code) {
    case EAI_NONAME: return "!NONAME";
#ifdef EAI_NODATA
    case EAI_NODATA: return "!NODATA";
#endif
    case EAI_AGAIN: return "!AGAIN";
    case EAI_FAIL: return "!FAIL";
    case EAI_FAMILY: return "!FAMILY";
    case EAI_MEMORY: return "!MEMORY";
    case EAI_OVERFLOW: return "!OVERFLOW";
    case EAI_SYSTEM: return "!SYSTEM";
    default: return "!OTHER";
    }
}

static void find_addresses(const char *name, int family)
{
    struct addrinfo hints = { .ai_family = family, .ai_socktype = SOCK_STREAM, .ai_flags = AI_CANONNAME };
    struct addrinfo *found;
    int code = getaddrinfo(name, NULL, &hints, &found);
    if (code != 0) {
        puts(failure(code));
        return;
    }

    fputs(found->ai_canonname, stdout);
    for (struct addrinfo *each = found; each != NULL; each = each->ai_next) {
        char address[INET6_ADDRSTRLEN];
        code = getnameinfo(each->ai_addr, each->ai_addrlen, address, sizeof address, NULL, 0, NI_NUMERICHOST);
        printf(" %s", code == 0 ? address : failure(code));
    }

    puts("");
    freeaddrinfo(found);
}

static void find_name(const char *address)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST };
    struct addrinfo *parsed;
    char name[NI_MAXHOST];
    int code = getaddrinfo(address, NULL, &hints, &parsed);
    if (code == 0) {
        code = getnameinfo(parsed->ai_addr, parsed->ai_addrlen, name, sizeof name, NULL, 0, NI_NAMEREQD);
        freeaddrinfo(parsed);
    }

    puts(code == 0 ? name : failure(code));
}

static void find_services(const char *name)
{
    static unsigned char answer[NS_MAXMSG];
    unsigned char query[NS_PACKETSZ];
    ns_msg message;
    int length = res_mkquery(ns_o_query, name, ns_c_in, ns_t_srv, NULL, 0, NULL, query, sizeof query);
    length = length < 0 ? length : res_send(query, length, answer, sizeof answer);
    if (length < 0 || ns_initparse(answer, length, &message) < 0) {
        puts("!AGAIN");
        return;
    }

    if (ns_msg_getflag(message, ns_f_rcode) != ns_r_noerror) {
        printf("!%d\n", ns_msg_getflag(message, ns_f_rcode));
        return;
    }

    const char *separator = "";
    for (int i = 0; i < ns_msg_count(message, ns_s_an); i++) {
        ns_rr record;
        char target[NS_MAXDNAME];
        if (ns_parserr(&message, ns_s_an, i, &record) < 0 || ns_rr_type(record) != ns_t_srv ||
            ns_name_uncompress(answer, answer + length, ns_rr_rdata(record) + 6, target, sizeof target) < 0) {
            printf("%s!RECORD", separator);
            break;
        }

        const unsigned char *data = ns_rr_rdata(record);
        printf("%s%d %d %d %s", separator, ns_get16(data), ns_get16(data + 2), ns_get16(data + 4), target);
        separator = ", ";
    }

    puts(*separator == '\0' ? "!NODATA" : "");
}

int main(void)
{
    char kind[8], name[NS_MAXDNAME];
    while (scanf("%7s %1024s", kind, name) == 2) {
        if (strcmp(kind, "any") == 0) {
            find_addresses(name, AF_UNSPEC);
        } else if (strcmp(kind, "inet") == 0) {
            find_addresses(name, AF_INET);
        } else if (strcmp(kind, "inet6") == 0) {
            find_addresses(name, AF_INET6);
        } else if (strcmp(kind, "ptr") == 0) {
            find_name(name);
        } else if (strcmp(kind, "srv") == 0) {
            find_services(name);
        } else {
            puts("!QUESTION");
        }

        fflush(stdout);
    }

    return 0;
}
