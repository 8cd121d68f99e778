/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making, freeing and comparing incoming mails. What they mean is judge/'s business. */
#include "mail/mail.h"

#include "base/limits.h"
#include "base/token.h"

ChIncoming *ch_incoming_new(GBytes *raw, const char *source)
{
    ChIncoming *incoming = g_new0(ChIncoming, 1);
    incoming->raw = g_bytes_ref(raw);
    incoming->server_size = g_bytes_get_size(raw);
    incoming->source = g_strdup(source);
    return incoming;
}

void ch_incoming_free(ChIncoming *incoming)
{
    if (!incoming)
        return;
    g_bytes_unref(incoming->raw);
    g_free(incoming->source);
    g_free(incoming->mailbox);
    g_free(incoming->folder);
    g_free(incoming);
}

ChAddress *ch_address_new(const char *name, const char *address)
{
    ChAddress *result = g_new0(ChAddress, 1);
    result->name = g_strdup(name ? name : "");
    result->address = g_strdup(address ? address : "");
    return result;
}

void ch_address_free(ChAddress *address)
{
    if (!address)
        return;
    g_free(address->name);
    g_free(address->address);
    g_free(address);
}

char *ch_address_fold(const char *address)
{
    g_autofree char *copy = g_strdup(address ? address : "");
    return g_utf8_strdown(g_strstrip(copy), -1);
}

void ch_attachment_free(ChAttachment *attachment)
{
    if (!attachment)
        return;
    g_free(attachment->part);
    g_free(attachment->name);
    g_free(attachment->type);
    g_free(attachment->content_type);
    g_free(attachment->reason);
    g_free(attachment);
}

gboolean ch_attachment_is_listed(const ChAttachment *attachment)
{
    return !attachment->is_crypto && (attachment->accepted || !attachment->is_inline);
}

ChBounce *ch_bounce_new(const char *recipient, const char *action, const char *status, const char *diagnostic)
{
    ChBounce *bounce = g_new0(ChBounce, 1);
    bounce->recipient = g_strdup(recipient ? recipient : "");
    bounce->action = g_strdup(action ? action : "failed");
    bounce->status = g_strdup(status ? status : "");
    bounce->diagnostic = g_strdup(diagnostic ? diagnostic : "");
    return bounce;
}

void ch_bounce_free(ChBounce *bounce)
{
    if (!bounce)
        return;
    g_free(bounce->recipient);
    g_free(bounce->action);
    g_free(bounce->status);
    g_free(bounce->diagnostic);
    g_free(bounce);
}

const char *ch_cut_name(ChCutKind kind)
{
    return kind == CH_CUT_QUOTE ? "quote" : "signature";
}

void ch_auth_field_free(ChAuthField *field)
{
    if (!field)
        return;
    g_free(field->value);
    g_free(field);
}

void ch_header_free(ChHeader *header)
{
    if (!header)
        return;
    g_free(header->name);
    g_free(header->value);
    g_free(header);
}

ChMail *ch_mail_new(void)
{
    ChMail *mail = g_new0(ChMail, 1);
    mail->message_id = g_strdup("");
    mail->from = ch_address_new(NULL, NULL);
    mail->reply_to = g_ptr_array_new_with_free_func((GDestroyNotify)ch_address_free);
    mail->to = g_ptr_array_new_with_free_func((GDestroyNotify)ch_address_free);
    mail->cc = g_ptr_array_new_with_free_func((GDestroyNotify)ch_address_free);
    mail->delivered_to = g_ptr_array_new_with_free_func(g_free);
    mail->subject = g_strdup("");
    mail->in_reply_to = g_ptr_array_new_with_free_func(g_free);
    mail->references = g_ptr_array_new_with_free_func(g_free);
    mail->auth_fields = g_ptr_array_new_with_free_func((GDestroyNotify)ch_auth_field_free);
    mail->headers = g_ptr_array_new_with_free_func((GDestroyNotify)ch_header_free);
    mail->loop_marks = g_ptr_array_new_with_free_func(g_free);
    mail->bounces = g_ptr_array_new_with_free_func((GDestroyNotify)ch_bounce_free);
    mail->returned_id = g_strdup("");
    mail->text = g_strdup("");
    mail->reply = g_strdup("");
    mail->cuts = g_array_new(FALSE, FALSE, sizeof(ChCut));
    mail->attachments = g_ptr_array_new_with_free_func((GDestroyNotify)ch_attachment_free);
    mail->warnings = g_ptr_array_new_with_free_func(g_free);
    return mail;
}

void ch_mail_free(ChMail *mail)
{
    if (!mail)
        return;
    g_free(mail->message_id);
    ch_address_free(mail->from);
    g_ptr_array_unref(mail->reply_to);
    g_ptr_array_unref(mail->to);
    g_ptr_array_unref(mail->cc);
    g_ptr_array_unref(mail->delivered_to);
    g_free(mail->return_path);
    g_free(mail->subject);
    g_free(mail->date);
    g_ptr_array_unref(mail->in_reply_to);
    g_ptr_array_unref(mail->references);
    g_free(mail->auto_submitted);
    g_free(mail->precedence);
    g_free(mail->list_id);
    g_free(mail->automatic);
    g_free(mail->list_mark);
    g_free(mail->bulk);
    g_free(mail->other_desk);
    g_ptr_array_unref(mail->loop_marks);
    g_free(mail->report_type);
    g_ptr_array_unref(mail->bounces);
    g_free(mail->returned_id);
    g_ptr_array_unref(mail->auth_fields);
    g_ptr_array_unref(mail->headers);
    g_free(mail->language);
    g_free(mail->text);
    g_free(mail->reply);
    g_array_unref(mail->cuts);
    g_ptr_array_unref(mail->attachments);
    g_ptr_array_unref(mail->warnings);
    g_free(mail);
}

char *ch_mail_fingerprint(const ChMail *mail)
{
    if (!*mail->message_id && !mail->date)
        return g_strdup("");
    g_autofree char *from = ch_address_fold(mail->from->address);
    /* Each field with its length in front: no two different mails give the same string. */
    const char *fields[] = {mail->message_id, from, mail->date ? mail->date : "", mail->subject, mail->text};
    g_autoptr(GString) all = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        g_string_append_printf(all, "%zu:%s\n", strlen(fields[i]), fields[i]);
    for (guint i = 0; i < mail->attachments->len; i++) {
        const ChAttachment *attachment = g_ptr_array_index(mail->attachments, i);
        g_string_append_printf(all, "%s\n", attachment->sha256);
    }
    char digest[65];
    ch_sha256(all->str, all->len, digest);
    return g_strdup(digest);
}

char *ch_mail_body_digest(const ChMail *mail)
{
    gsize length = strlen(mail->reply);
    if (mail->attachments->len == 0 && length < CH_SAME_BODY_LEAST)
        return g_strdup("");
    g_autoptr(GString) all = g_string_new(NULL);
    g_string_append_printf(all, "%zu:%s\n", length, mail->reply);
    for (guint i = 0; i < mail->attachments->len; i++)
        g_string_append_printf(all, "%s\n",
                               ((const ChAttachment *)g_ptr_array_index(mail->attachments, i))->sha256);
    char digest[65];
    ch_sha256(all->str, all->len, digest);
    return g_strdup(digest);
}
