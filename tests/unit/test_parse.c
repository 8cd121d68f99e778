/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every mail of tests/mail against the .json beside it, in the form of `explain --json`, as the built-in
 * configuration reads and judges it; "files" is "attachments" in short; keys that are absent are not
 * compared. Limits and hostile mails are in test_parse_limits.c. */
#include "desk/files.h"
#include "judge/judge.h"
#include "parse/parse.h"

#include <json-glib/json-glib.h>
#include <string.h>

static ChMail *parse_bytes(GBytes *raw)
{
    ChLimits limits;
    ch_limits_default(&limits);
    g_autoptr(ChIncoming) incoming = ch_incoming_new(raw, "test");
    ChMail *mail = ch_parse(incoming, &limits);
    g_autoptr(ChConfig) config = ch_config_load(NULL, NULL, NULL);
    ch_files_judge(mail, &((ChDepartmentConfig *)g_ptr_array_index(config->departments, 0))->files, NULL);
    return mail;
}

static JsonObject *address_object(const ChAddress *address)
{
    JsonObject *object = json_object_new();
    json_object_set_string_member(object, "name", address->name);
    json_object_set_string_member(object, "address", address->address);
    return object;
}

static void set_addresses(JsonObject *object, const char *key, const GPtrArray *list)
{
    JsonArray *array = json_array_new();
    for (guint i = 0; i < list->len; i++)
        json_array_add_object_element(array, address_object(g_ptr_array_index(list, i)));
    json_object_set_array_member(object, key, array);
}

static void set_strings(JsonObject *object, const char *key, const GPtrArray *list)
{
    JsonArray *array = json_array_new();
    for (guint i = 0; i < list->len; i++)
        json_array_add_string_element(array, g_ptr_array_index(list, i));
    json_object_set_array_member(object, key, array);
}

static void set_cuts(JsonObject *object, const GArray *cuts)
{
    JsonArray *array = json_array_new();
    for (guint i = 0; i < cuts->len; i++) {
        const ChCut *cut = &g_array_index(cuts, ChCut, i);
        JsonArray *item = json_array_new();
        json_array_add_int_element(item, (gint64)cut->start);
        json_array_add_int_element(item, (gint64)cut->end);
        json_array_add_string_element(item, ch_cut_name(cut->kind));
        json_array_add_array_element(array, item);
    }
    json_object_set_array_member(object, "cuts", array);
}

static void set_attachments(JsonObject *object, const GPtrArray *list)
{
    JsonArray *array = json_array_new();
    for (guint i = 0; i < list->len; i++) {
        const ChAttachment *attachment = g_ptr_array_index(list, i);
        JsonObject *item = json_object_new();
        json_object_set_string_member(item, "name", attachment->name);
        json_object_set_string_member(item, "type", attachment->type);
        json_object_set_int_member(item, "size", (gint64)attachment->size);
        json_object_set_string_member(item, "sha256", attachment->sha256);
        json_object_set_boolean_member(item, "inline", attachment->is_inline);
        json_object_set_boolean_member(item, "accepted", attachment->accepted);
        json_object_set_string_member(item, "reason", attachment->reason);
        json_array_add_object_element(array, item);
    }
    json_object_set_array_member(object, "attachments", array);
}

/* The same in short, one line a file: "2/1 nota.pdf application/pdf 12 accepted", with what the content is in
 * place of the declared type where that is known. */
static void set_files(JsonObject *object, const GPtrArray *list)
{
    JsonArray *array = json_array_new();
    for (guint i = 0; i < list->len; i++) {
        const ChAttachment *file = g_ptr_array_index(list, i);
        g_autofree char *line = g_strdup_printf(
            "%s %s %s %" G_GUINT64_FORMAT " %s%s%s", file->part, file->name,
            file->content_type && *file->content_type ? file->content_type : file->type, file->size,
            file->is_inline ? "inline " : "", file->accepted ? "accepted" : "refused: ", file->reason);
        json_array_add_string_element(array, line);
    }
    json_object_set_array_member(object, "files", array);
}

static void set_bounces(JsonObject *object, const GPtrArray *list)
{
    JsonArray *array = json_array_new();
    for (guint i = 0; i < list->len; i++) {
        const ChBounce *bounce = g_ptr_array_index(list, i);
        JsonObject *item = json_object_new();
        json_object_set_string_member(item, "recipient", bounce->recipient);
        json_object_set_string_member(item, "action", bounce->action);
        json_object_set_string_member(item, "status", bounce->status);
        json_object_set_string_member(item, "diagnostic", bounce->diagnostic);
        json_array_add_object_element(array, item);
    }
    json_object_set_array_member(object, "bounce", array);
}

static JsonNode *mail_node(const ChMail *mail)
{
    JsonObject *object = json_object_new();
    json_object_set_string_member(object, "message_id", mail->message_id);
    json_object_set_object_member(object, "from", address_object(mail->from));
    set_addresses(object, "reply_to", mail->reply_to);
    set_addresses(object, "to", mail->to);
    set_addresses(object, "cc", mail->cc);
    json_object_set_string_member(object, "subject", mail->subject);
    if (mail->date)
        json_object_set_string_member(object, "date", mail->date);
    else
        json_object_set_null_member(object, "date");
    set_strings(object, "in_reply_to", mail->in_reply_to);
    set_strings(object, "references", mail->references);
    set_strings(object, "warnings", mail->warnings);
    json_object_set_string_member(object, "text", mail->text);
    json_object_set_string_member(object, "reply", mail->reply);
    set_cuts(object, mail->cuts);
    set_attachments(object, mail->attachments);
    set_files(object, mail->attachments);
    set_bounces(object, mail->bounces);
    json_object_set_string_member(object, "returned_id", mail->returned_id);
    json_object_set_boolean_member(object, "encrypted", mail->encrypted);
    g_autoptr(ChConfig) config = ch_config_load(NULL, NULL, NULL);
    g_autoptr(ChVerdict) verdict = ch_judge(config, mail);
    json_object_set_string_member(object, "kind", ch_kind_name(verdict->kind));
    JsonNode *node = json_node_new(JSON_NODE_OBJECT);
    json_node_take_object(node, object);
    return node;
}

/* What holds for every mail, whatever it says. */
static void check_invariants(const ChMail *mail, GBytes *raw)
{
    const char *texts[] = {mail->text, mail->reply, mail->subject, mail->from->name, mail->message_id};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_assert_true(g_utf8_validate(texts[i], -1, NULL));
        g_assert_null(strchr(texts[i], '\r'));
    }
    g_autoptr(GString) reply = g_string_new(NULL);
    gsize at = 0, length = strlen(mail->text);
    for (guint i = 0; i < mail->cuts->len; i++) {
        const ChCut *cut = &g_array_index(mail->cuts, ChCut, i);
        g_assert_cmpuint(cut->start, >=, at);
        g_assert_cmpuint(cut->end, >, cut->start);
        g_assert_cmpuint(cut->end, <=, length);
        g_string_append_len(reply, mail->text + at, (gssize)(cut->start - at));
        at = cut->end;
    }
    g_string_append(reply, mail->text + at);
    g_assert_cmpstr(reply->str, ==, mail->reply); /* P9 */
    for (guint i = 0; i < mail->attachments->len; i++) {
        const ChAttachment *attachment = g_ptr_array_index(mail->attachments, i);
        g_assert_cmpstr(attachment->name, !=, "");
        g_assert_null(strpbrk(attachment->name, "/\\\n"));
        g_autoptr(GBytes) bytes = ch_parse_attachment(raw, attachment->part);
        g_assert_nonnull(bytes);
        gsize size;
        gconstpointer data = g_bytes_get_data(bytes, &size);
        g_assert_cmpuint(size, ==, attachment->size);
        g_autofree char *digest = g_compute_checksum_for_data(G_CHECKSUM_SHA256, data, size);
        g_assert_cmpstr(digest, ==, attachment->sha256);
    }
}

static void test_mail(gconstpointer data)
{
    const char *path = data;
    g_autofree char *expected_path = g_strconcat(path, "x", NULL);
    strcpy(strrchr(expected_path, '.'), ".json");
    char *content;
    gsize length;
    g_autoptr(GError) error = NULL;
    g_assert_true(g_file_get_contents(path, &content, &length, &error));
    g_autoptr(GBytes) raw = g_bytes_new_take(content, length);
    g_autoptr(ChMail) mail = parse_bytes(raw);
    check_invariants(mail, raw);

    g_autoptr(JsonParser) parser = json_parser_new();
    json_parser_load_from_file(parser, expected_path, &error);
    g_assert_no_error(error);
    JsonObject *expected = json_node_get_object(json_parser_get_root(parser));
    g_assert_cmpuint(json_object_get_size(expected), >, 0);
    g_autoptr(JsonNode) node = mail_node(mail);
    JsonObject *found = json_node_get_object(node);
    g_autoptr(GList) keys = json_object_get_members(expected);
    for (GList *key = keys; key; key = key->next) {
        JsonNode *value = json_object_get_member(found, key->data);
        if (!value)
            g_error("%s: no such key: %s", expected_path, (char *)key->data);
        g_autofree char *want = json_to_string(json_object_get_member(expected, key->data), FALSE);
        g_autofree char *have = json_to_string(value, FALSE);
        if (strcmp(want, have)) {
            g_test_message("%s: %s\nexpected %s\nfound    %s", path, (char *)key->data, want, have);
            g_test_fail();
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ch_parse_setup();
    g_autoptr(GDir) folder = g_dir_open("tests/mail", 0, NULL);
    if (!folder)
        g_error("tests/mail is not here; run from the root of the project");
    const char *name;
    while ((name = g_dir_read_name(folder)))
        if (g_str_has_suffix(name, ".eml")) {
            g_autofree char *test = g_strdup_printf("/parse/mail/%.*s", (int)strlen(name) - 4, name);
            g_test_add_data_func_full(test, g_build_filename("tests/mail", name, NULL), test_mail, g_free);
        }
    return g_test_run();
}
