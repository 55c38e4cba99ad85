#include "net/http_trust.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

static unsigned count_certificates(const char *bundle)
{
    static const char begin[] = "-----BEGIN CERTIFICATE-----";
    FILE *file = fopen(bundle, "re");
    char line[256];
    unsigned count = 0;

    if (file == NULL)
        return 0;
    while (fgets(line, sizeof line, file) != NULL)
        count += strncmp(line, begin, sizeof begin - 1) == 0;
    fclose(file);
    return count;
}

/* Links are named by eight hex digits, a dot and a number. */
static unsigned count_links(const char *directory)
{
    DIR *dir = opendir(directory);
    struct dirent *entry;
    unsigned count = 0;

    while (dir != NULL && (entry = readdir(dir)) != NULL)
        count += strspn(entry->d_name, "0123456789abcdef") == 8 && entry->d_name[8] == '.' &&
                 entry->d_name[9] >= '0' && entry->d_name[9] <= '9';
    if (dir != NULL)
        closedir(dir);
    return count;
}

bool http_trust_directory_suffices(const char *directory, const char *bundle)
{
    unsigned links = directory != NULL ? count_links(directory) : 0;

    return links > 0 && (bundle == NULL || links >= count_certificates(bundle));
}
