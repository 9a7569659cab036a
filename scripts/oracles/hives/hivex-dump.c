/* Reads registry hives with libhivex.
 *
 *   hivex-dump HIVE         the digest of a hive and how many keys and values it has, on one line
 *   hivex-dump --tree HIVE  its whole tree, as below
 *   hivex-dump --serve      the first for each path that comes on a line of standard input; the answer is one line,
 *                           either "DIGEST KEYS VALUES" or "error: …"
 *
 * cc -O2 hivex-dump.c -lhivex -ldeflate -o hivex-dump
 *
 * The digest of a tree is the CRC-32 of zlib and PNG (polynomial 0xEDB88320, reflected, begun and ended with all bits
 * inverted), written as eight lower-case hexadecimal digits, over its keys in preorder. Subkeys and values come in the
 * order of their lists. All numbers are u32, little-endian. For each key:
 *
 *   depth            0 for the root, 1 for its subkeys, …
 *   name             its length in bytes, then UTF-8; for the root the length is 0, whatever its name is
 *   values           how many; then for each:
 *     name           its length in bytes, then UTF-8; the length is 0 for the default value
 *     type           all 32 bits
 *     data           its length, then its bytes
 *
 * A surrogate without its other half is encoded as the three bytes that UTF-8 would have for its number. The root
 * counts as a key. --tree writes these bytes, with the time of each key (u64, FILETIME) after its depth.
 */
#include <errno.h>
#include <hivex.h>
#include <libdeflate.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Deeper trees than Windows makes (512 levels) are cycles. */
#define MAX_DEPTH 1024

struct reading {
    hive_h *hive;
    FILE *tree; /* NULL: digest only. */
    uint32_t digest;
    uint64_t keys, values;
    char trouble[200]; /* What could not be read, or nothing. */
};

static bool read_key(struct reading *reading, hive_node_h node, uint32_t depth);
static bool read_value(struct reading *reading, hive_value_h value);

static bool fails(struct reading *reading, const char *what, size_t offset)
{
    snprintf(reading->trouble, sizeof reading->trouble, "%s at 0x%zx: %s", what, offset, strerror(errno));
    return false;
}

static void put(struct reading *reading, const void *bytes, size_t length)
{
    if (reading->tree)
        fwrite(bytes, 1, length, reading->tree);
    reading->digest = libdeflate_crc32(reading->digest, bytes, length);
}

/* The little-endian machines on which this runs need no conversion. */
static void put_number(struct reading *reading, uint32_t number)
{
    put(reading, &number, sizeof number);
}

static bool read_hive(struct reading *reading, const char *path)
{
    reading->hive = hivex_open(path, 0);
    if (!reading->hive)
        return fails(reading, "hivex_open", 0);
    hive_node_h root = hivex_root(reading->hive);
    bool whole = root ? read_key(reading, root, 0) : fails(reading, "hivex_root", 0);
    hivex_close(reading->hive);
    return whole;
}

static bool read_key(struct reading *reading, hive_node_h node, uint32_t depth)
{
    if (depth > MAX_DEPTH) {
        errno = ELOOP;
        return fails(reading, "depth", node);
    }
    reading->keys++;
    put_number(reading, depth);
    if (reading->tree) {
        int64_t written = hivex_node_timestamp(reading->hive, node);
        fwrite(&written, sizeof written, 1, reading->tree);
    }
    if (depth > 0) {
        char *name = hivex_node_name(reading->hive, node);
        if (!name)
            return fails(reading, "hivex_node_name", node);
        size_t length = hivex_node_name_len(reading->hive, node);
        put_number(reading, length);
        put(reading, name, length);
        free(name);
    } else {
        put_number(reading, 0);
    }

    hive_value_h *values = hivex_node_values(reading->hive, node);
    if (!values)
        return fails(reading, "hivex_node_values", node);
    uint32_t count = 0;
    while (values[count])
        count++;
    put_number(reading, count);
    bool whole = true;
    for (uint32_t i = 0; whole && i < count; i++)
        whole = read_value(reading, values[i]);
    free(values);
    if (!whole)
        return false;

    hive_node_h *children = hivex_node_children(reading->hive, node);
    if (!children)
        return fails(reading, "hivex_node_children", node);
    for (size_t i = 0; whole && children[i]; i++)
        whole = read_key(reading, children[i], depth + 1);
    free(children);
    return whole;
}

static bool read_value(struct reading *reading, hive_value_h value)
{
    reading->values++;
    char *name = hivex_value_key(reading->hive, value);
    if (!name)
        return fails(reading, "hivex_value_key", value);
    size_t name_length = hivex_value_key_len(reading->hive, value);
    put_number(reading, name_length);
    put(reading, name, name_length);
    free(name);

    hive_type type;
    size_t length;
    char *data = hivex_value_value(reading->hive, value, &type, &length);
    if (!data)
        return fails(reading, "hivex_value_value", value);
    put_number(reading, type);
    put_number(reading, length);
    put(reading, data, length);
    free(data);
    return true;
}

static void answer(const char *path)
{
    struct reading reading = {0};
    if (read_hive(&reading, path))
        printf("%08x %llu %llu\n", reading.digest, (unsigned long long)reading.keys,
               (unsigned long long)reading.values);
    else
        printf("error: %s\n", reading.trouble);
}

static int serve(void)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    while ((length = getline(&line, &room, stdin)) > 0) {
        if (line[length - 1] == '\n')
            line[length - 1] = '\0';
        answer(line);
        fflush(stdout);
    }
    free(line);
    return 0;
}

int main(int count, char **arguments)
{
    if (count == 2 && strcmp(arguments[1], "--serve") == 0)
        return serve();
    bool tree = count == 3 && strcmp(arguments[1], "--tree") == 0;
    if (count != 2 && !tree) {
        fprintf(stderr, "usage: hivex-dump [--tree] HIVE | hivex-dump --serve\n");
        return 2;
    }
    struct reading reading = {.tree = tree ? stdout : NULL};
    if (!read_hive(&reading, arguments[count - 1])) {
        fprintf(stderr, "hivex-dump: %s: %s\n", arguments[count - 1], reading.trouble);
        return 1;
    }
    if (!tree)
        printf("%08x %llu %llu\n", reading.digest, (unsigned long long)reading.keys,
               (unsigned long long)reading.values);
    return 0;
}
