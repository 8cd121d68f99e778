/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the configuration share with each other and with their test. Nobody else includes it. */
#pragma once

#include "base/config.h"

typedef enum {
    CH_SECTION_DESK,
    CH_SECTION_MAILBOX,
    CH_SECTION_DEPARTMENT,
    CH_SECTION_FIELD,
    CH_SECTION_REGISTRATION,
    CH_SECTION_BUDGETS,
    CH_SECTION_WEB,
    CH_SECTION_SMTP,
    CH_SECTION_LIMITS,
    CH_SECTION_ATTACHMENTS,
    CH_SECTION_TRUST,
    CH_SECTION_PATHS,
    CH_SECTIONS,
} ChSection;

typedef enum {
    CH_VALUE_TEXT,         /* char *, one line */
    CH_VALUE_PREFIX,       /* char *, stands inside [… #1042] */
    CH_VALUE_NAME,         /* char *, the name of a department */
    CH_VALUE_LANGUAGE,     /* char *, the name of a folder of templates */
    CH_VALUE_HOST,         /* char *, a host name or an IP address, without a port */
    CH_VALUE_DOMAIN,       /* char *, lower case */
    CH_VALUE_ACCOUNT,      /* char *, what an account says of somebody: "name", "company", "telephone" */
    CH_VALUE_PATH,         /* char *, absolute after reading */
    CH_VALUE_SECRET,       /* char *, never shown, never named in an error */
    CH_VALUE_COLOUR,       /* char *, "#0b5fa5", lower case */
    CH_VALUE_URL,          /* char *, of http or https, without a slash at the end, query or fragment */
    CH_VALUE_LIST,         /* char **, never NULL */
    CH_VALUE_ADDRESSES,    /* char **, never NULL, lower case */
    CH_VALUE_EXTENSIONS,   /* char **, never NULL, lower case, without the dot */
    CH_VALUE_PATTERNS,     /* char **, never NULL, lower case: "cliente.example", "*.grupo.example" */
    CH_VALUE_FIELDS,       /* char **, never NULL, fields of the page; "none" is the empty list */
    CH_VALUE_IPS,          /* char **, never NULL, as g_inet_address_to_string has them; "none" likewise */
    CH_VALUE_NUMBER,       /* guint */
    CH_VALUE_PORT,         /* guint16 */
    CH_VALUE_SECONDS,      /* guint */
    CH_VALUE_BYTES,        /* guint64 */
    CH_VALUE_BOOLEAN,      /* gboolean */
    CH_VALUE_TLS,          /* ChTls */
    CH_VALUE_AFTER,        /* ChAfter */
    CH_VALUE_REGISTRATION, /* ChRegistration */
} ChValueType;

/* A row of the one table of all keys. It drives reading, defaults, `config show`, errors, and the test that
 * compares the man page and the sample with it. */
typedef struct {
    ChSection section;
    const char *key;
    ChValueType type;
    gsize offset; /* of the field in ChConfig, or in what a named section makes: ChMailboxConfig … */
    const char *fallback; /* the default as the file would say it; "": none; NULL: worked out, see meaning */
    gboolean required;
    guint64 minimum, maximum; /* of numbers, seconds and bytes */
    const char *meaning;
} ChConfigKey;

/* All rows, those of one section beside each other, in the order in which they are shown. */
extern const ChConfigKey ch_config_keys[];
extern const guint ch_config_key_count;

const char *ch_section_name(ChSection section);
gboolean ch_section_is_named(ChSection section); /* [mailbox NAME], [department NAME], [field NAME] */
const ChConfigKey *ch_config_key(ChSection section, const char *key);

/* Splits "mailbox suporte" into its kind and *NAME (borrowed from TEXT, NULL where it has none). FALSE where
 * there is no such section or a name is missing or too much: then *WHY, the caller's to free, says what was
 * expected. */
gboolean ch_section_parse(const char *text, ChSection *section, const char **name, char **why);

/* What to say of an unknown KEY of SECTION: "expected …; did you mean 'host'?" or the list of all. Free with
 * g_free. */
char *ch_config_suggest(ChSection section, const char *key);

/* One thing that the file or the command line says, and where. */
typedef struct {
    char *section; /* "smtp", "mailbox suporte": one space, as ch_section_parse reads it */
    char *key;     /* NULL: the section's own line */
    char *value;   /* NULL with key; white space at the ends gone */
    char *place;   /* "file:line" or "-o section.key" */
    guint order;   /* the line; overrides come after all lines */
    gboolean override;
} ChConfigEntry;

typedef struct {
    const char *file;   /* borrowed; NULL: none */
    char *folder;       /* absolute: where relative paths of the file start */
    GPtrArray *entries; /* of ChConfigEntry, in order */
    GHashTable *index;  /* the same by section and key */
    GPtrArray *errors;  /* of what ch_config_complain was told */
    gboolean is_public; /* passwords are wiped out of the file before it is read */
} ChConfigReader;

ChConfigReader *ch_config_reader_new(const char *file);
void ch_config_reader_free(ChConfigReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChConfigReader, ch_config_reader_free)

/* Fills entries from TEXT (the LENGTH bytes of the file), and complains of every line that is not one. */
void ch_config_reader_text(ChConfigReader *reader, const char *text, gsize length);
/* Whether KEY is one of the ways to give a password. */
gboolean ch_config_is_password(const char *key);
/* Overwrite, in place, what is or may be a password in the LENGTH bytes of a file, and in one -o. */
void ch_config_wipe_text(char *text, gsize length);
void ch_config_wipe_override(char *override);
/* Reads reader->file; what can't be read is complained of. */
void ch_config_reader_file(ChConfigReader *reader);
/* Puts one -o over what is there. */
void ch_config_reader_override(ChConfigReader *reader, const char *override);

/* The entry of SECTION and KEY (NULL: the section itself), or NULL. */
const ChConfigEntry *ch_config_reader_find(const ChConfigReader *reader, const char *section,
                                           const char *key);

/* Notes an error at PLACE. PLACE NULL: the file as a whole. */
void ch_config_complain(ChConfigReader *reader, const ChConfigEntry *where, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
/* All of them, in the order of the lines, one a line. NULL: none. Free with g_free. */
char *ch_config_complaints(const ChConfigReader *reader);

/* Stores VALUE (not empty, or the fallback "") in the field of OBJECT. FOLDER is where relative paths start.
 * FALSE: *WHY says what was found and what was expected, the caller's to free. */
gboolean ch_config_value_set(gpointer object, const ChConfigKey *key, const char *value, const char *folder,
                             char **why);
/* The field of OBJECT as the file would say it. Secrets are masked. Free with g_free. */
char *ch_config_value_show(gconstpointer object, const ChConfigKey *key);
/* Frees what the field of OBJECT holds. */
void ch_config_value_clear(gpointer object, const ChConfigKey *key);

/* Whether values of TYPE are a char **. */
gboolean ch_config_is_list(ChValueType type);

/* The forms of single values. TEXT is UTF-8 and never NULL. */
gboolean ch_config_is_host(const char *text); /* a domain or an IP address */
gboolean ch_config_is_loopback(const char *host);
gboolean ch_config_is_language(const char *text);
gboolean ch_config_is_colour(const char *text);
gboolean ch_config_is_url(const char *text);
gboolean ch_config_is_account(const char *text); /* what an account says of somebody */
/* The stored form of what stands in lists; NULL where it has another form. Free with g_free. */
char *ch_config_address(const char *address); /* which may be no UTF-8 */
char *ch_config_extension(const char *text);
char *ch_config_pattern(const char *text);
char *ch_config_page_field(const char *text);
char *ch_config_ip(const char *text);

/* Everything that takes more than one key to check. Also fills what follows from other keys: ports,
 * languages, the domain. */
void ch_config_check(ChConfig *config, ChConfigReader *reader);
