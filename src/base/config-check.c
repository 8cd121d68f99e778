/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What takes more than one key: passwords in the clear, departments that must exist, addresses that would
 * make a loop, a page that asks what it does not show, fields that nobody could tell apart. Single values are
 * checked in config-value.c; whether a language has templates is compose/'s business. */
#include "base/config_private.h"
#include "base/fold.h"

#include <string.h>

/* Where KEY of SECTION stands; the section itself where the key is a default. */
static const ChConfigEntry *where(const ChConfigReader *reader, const char *section, const char *key)
{
    const ChConfigEntry *entry = ch_config_reader_find(reader, section, key);
    return entry ? entry : ch_config_reader_find(reader, section, NULL);
}

static void check_plain(ChConfigReader *reader, const char *section, ChTls tls, const char *host,
                        gboolean allowed)
{
    if (tls == CH_TLS_NONE && !allowed && host && !ch_config_is_loopback(host))
        ch_config_complain(
            reader, where(reader, section, "tls"),
            "tls is none for %s, expected implicit, starttls, a loopback host or allow_plain = yes", host);
}

static void check_password(ChConfigReader *reader, const char *section, const ChSecret *secret,
                           const char *user)
{
    const struct {
        const char *key, *value;
    } ways[] = {{"password", secret->value},
                {"password_command", secret->command},
                {"password_env", secret->variable},
                {"password_file", secret->file}};
    const char *first = NULL;
    for (guint i = 0; i < G_N_ELEMENTS(ways); i++) {
        if (!ways[i].value)
            continue;
        const ChConfigEntry *place = where(reader, section, ways[i].key);
        if (first)
            ch_config_complain(reader, place, "%s beside %s, expected one of them", ways[i].key, first);
        else if (!user)
            ch_config_complain(reader, place, "%s without a user, expected user = …", ways[i].key);
        first = first ? first : ways[i].key;
    }
}

static void check_mailbox(ChConfig *config, ChConfigReader *reader, ChMailboxConfig *mailbox)
{
    g_autofree char *section = g_strdup_printf("mailbox %s", mailbox->name);
    check_plain(reader, section, mailbox->tls, mailbox->host, mailbox->allow_plain);
    if (mailbox->user) /* its absence was complained of */
        check_password(reader, section, &mailbox->password, mailbox->user);
    if (mailbox->department && !ch_config_department(config, mailbox->department))
        ch_config_complain(reader, where(reader, section, "department"),
                           "department is '%s', expected the name of a [department NAME]",
                           mailbox->department);
    /* Moved mail would come in again and again. INBOX is the one name without case (RFC 3501 section 5.1). */
    for (char **folder = mailbox->folders; folder && *folder && mailbox->after == CH_AFTER_MOVE; folder++) {
        gboolean both_inbox = g_ascii_strcasecmp(*folder, "INBOX") == 0 && mailbox->move_to &&
                              g_ascii_strcasecmp(mailbox->move_to, "INBOX") == 0;
        if (both_inbox || g_strcmp0(*folder, mailbox->move_to) == 0)
            ch_config_complain(reader, where(reader, section, "move_to"),
                               "move_to is '%s', expected a folder that is not one of folders",
                               mailbox->move_to);
    }
    if (mailbox->port == 0)
        mailbox->port = mailbox->tls == CH_TLS_IMPLICIT ? 993 : 143;
}

static void check_smtp(ChConfigReader *reader, ChSmtpConfig *smtp)
{
    check_plain(reader, "smtp", smtp->tls, smtp->host, smtp->allow_plain);
    check_password(reader, "smtp", &smtp->password, smtp->user);
    if (smtp->port == 0)
        smtp->port = smtp->tls == CH_TLS_IMPLICIT ? 465 : smtp->tls == CH_TLS_STARTTLS ? 587 : 25;
}

/* Whose address ADDRESS is; an index of all departments' addresses would cost more than it saves here. */
static const ChDepartmentConfig *owner(const ChConfig *config, const char *address)
{
    for (guint i = 0; i < config->departments->len; i++) {
        const ChDepartmentConfig *department = g_ptr_array_index(config->departments, i);
        if (department->addresses && g_strv_contains((const char *const *)department->addresses, address))
            return department;
    }
    return NULL;
}

/* P6: a notice to one of our own addresses comes back as a mail, and makes the next notice. */
static void check_people(const ChConfig *config, ChConfigReader *reader, const char *section, const char *key,
                         const char *what, char **people)
{
    for (char **person = people; person && *person; person++) {
        const ChDepartmentConfig *department = owner(config, *person);
        if (department)
            ch_config_complain(
                reader, where(reader, section, key),
                "%s '%s' is an address of [department %s], expected a person's own (mail would "
                "go in a circle)",
                what, *person, department->name);
    }
}

/* What a department does not say of files is as for all. */
static void complete_files(const ChConfig *config, ChFilePolicy *files)
{
    if (!files->types)
        files->types = g_strdupv(config->files.types);
    if (!files->each)
        files->each = config->limits.attachment_bytes;
    if (!files->total)
        files->total = config->files.total;
    if (!files->count)
        files->count = config->files.count;
}

static char *known_fields(const ChConfig *config)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < config->fields->len; i++)
        g_ptr_array_add(names, ((ChFieldConfig *)g_ptr_array_index(config->fields, i))->name);
    g_ptr_array_add(names, NULL);
    g_autofree char *list = g_strjoinv(", ", (char **)names->pdata);
    return *list ? g_strconcat("one of ", list, NULL) : g_strdup("a [field NAME] of that name");
}

static void check_field_names(const ChConfig *config, ChConfigReader *reader, const char *section,
                              const char *key, char **names)
{
    for (char **name = names; name && *name; name++) {
        if (ch_config_field(config, *name))
            continue;
        g_autofree char *known = known_fields(config);
        ch_config_complain(reader, where(reader, section, key), "%s has '%s', expected %s", key, *name,
                           known);
    }
}

/* What is required is a field, said twice or not. */
static void complete_fields(ChDepartmentConfig *department)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_strv_builder_addv(builder, (const char **)department->fields);
    for (char **name = department->required; *name; name++)
        if (!g_strv_contains((const char *const *)department->fields, *name))
            g_strv_builder_add(builder, *name);
    g_strfreev(department->fields);
    department->fields = g_strv_builder_end(builder);
}

/* WORD is a name, title or alias of FIELD: no other field's, for a line "Word: …" must mean one. */
static void check_title(ChConfigReader *reader, GHashTable *owners, const ChFieldConfig *field,
                        const char *key, const char *word)
{
    g_autofree char *section = g_strdup_printf("field %s", field->name);
    if (strchr(word, ':'))
        ch_config_complain(reader, where(reader, section, key),
                           "'%s' has a ':', which ends a title, expected none", word);
    char *folded = ch_fold(word, strlen(word));
    const ChFieldConfig *owner = g_hash_table_lookup(owners, folded);
    if (owner && owner != field)
        ch_config_complain(reader, where(reader, section, key),
                           "'%s' means [field %s] too, case and accents aside, expected one field for each",
                           word, owner->name);
    g_hash_table_insert(owners, folded, owner ? (gpointer)owner : (gpointer)field);
}

static void check_fields(const ChConfig *config, ChConfigReader *reader)
{
    g_autoptr(GHashTable) owners = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < config->fields->len; i++) {
        ChFieldConfig *field = g_ptr_array_index(config->fields, i);
        gboolean titled = field->title != NULL;
        if (!titled)
            field->title = g_strdup(field->name);
        check_title(reader, owners, field, NULL, field->name);
        if (titled)
            check_title(reader, owners, field, "title", field->title);
        for (char **alias = field->aliases; alias && *alias; alias++)
            check_title(reader, owners, field, "aliases", *alias);
    }
}

static void check_department(ChConfig *config, ChConfigReader *reader, ChDepartmentConfig *department)
{
    g_autofree char *section = g_strdup_printf("department %s", department->name);
    for (char **address = department->addresses; address && *address; address++) {
        const ChDepartmentConfig *first = owner(config, *address);
        if (first != department)
            ch_config_complain(reader, where(reader, section, "addresses"),
                               "'%s' is an address of [department %s] too, expected one department for each",
                               *address, first->name);
    }
    check_people(config, reader, section, "agents", "agent", department->agents);
    if (department->domains && *department->domains && department->registration != CH_REGISTRATION_CLOSED)
        ch_config_complain(reader, where(reader, section, "domains"),
                           "domains where registration is %s, expected registration = closed",
                           department->registration == CH_REGISTRATION_OPEN ? "open" : "validated");
    if (!department->title)
        department->title = g_strdup(department->name);
    if (!department->language)
        department->language = g_strdup(config->desk_language);
    complete_files(config, &department->files);
    check_field_names(config, reader, section, "fields", department->fields);
    check_field_names(config, reader, section, "required", department->required);
    if (department->fields && department->required)
        complete_fields(department);
}

static void check_desk(ChConfig *config, ChConfigReader *reader)
{
    check_people(config, reader, "desk", "admins", "admin", config->desk_admins);
    if (!config->desk_prefix)
        config->desk_prefix = g_strdup("");
    for (guint i = 0; i < config->departments->len && !config->desk_domain; i++) {
        const ChDepartmentConfig *department = g_ptr_array_index(config->departments, i);
        if (department->addresses && department->addresses[0])
            config->desk_domain = g_strdup(strrchr(department->addresses[0], '@') + 1);
    }
    /* A mail that fits the limit must fit the memory, or it would wait for ever (P13). */
    if (config->limits.memory_bytes < config->limits.mail_bytes)
        ch_config_complain(reader,
                           ch_config_reader_find(reader, "limits", "memory_bytes")
                               ? where(reader, "limits", "memory_bytes")
                               : where(reader, "limits", "mail_bytes"),
                           "memory_bytes is less than mail_bytes, expected room for one mail at least");
}

static void check_web(const ChConfig *config, ChConfigReader *reader)
{
    const ChWebConfig *web = &config->web;
    for (char **field = web->required; field && web->fields && *field; field++)
        if (!g_strv_contains((const char *const *)web->fields, *field))
            ch_config_complain(
                reader,
                ch_config_reader_find(reader, "web", "required") ? where(reader, "web", "required")
                                                                 : where(reader, "web", "fields"),
                "required has '%s', which fields lacks, expected some of fields or none", *field);
    if (!web->url || !g_str_has_prefix(web->url, "http://"))
        return;
    /* The link is a secret, and so is what people write on the page. */
    g_autoptr(GUri) url = g_uri_parse(web->url, G_URI_FLAGS_NONE, NULL);
    if (url && !ch_config_is_loopback(g_uri_get_host(url)))
        ch_config_complain(reader, where(reader, "web", "url"),
                           "url is %s, expected https:// or a loopback host", web->url);
}

void ch_config_check(ChConfig *config, ChConfigReader *reader)
{
    config->files.each = config->limits.attachment_bytes;
    check_fields(config, reader);
    for (guint i = 0; i < config->mailboxes->len; i++)
        check_mailbox(config, reader, g_ptr_array_index(config->mailboxes, i));
    for (guint i = 0; i < config->departments->len; i++)
        check_department(config, reader, g_ptr_array_index(config->departments, i));
    if (!config->departments->len && config->mailboxes->len) {
        const ChMailboxConfig *mailbox = g_ptr_array_index(config->mailboxes, 0);
        g_autofree char *section = g_strdup_printf("mailbox %s", mailbox->name);
        ch_config_complain(reader, where(reader, section, NULL),
                           "a mailbox but no department, expected a [department NAME] with its addresses");
    }
    check_desk(config, reader);
    check_smtp(reader, &config->smtp);
    check_web(config, reader);
}
