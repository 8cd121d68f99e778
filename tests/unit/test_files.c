/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which files are accepted, and why not: by name, content, size, total and count. */
#include "desk/files.h"

static ChFilePolicy policy(char **types)
{
    return (ChFilePolicy){.types = types, .each = 1000, .total = 2500, .count = 3};
}

static ChAttachment *file(const char *name, const char *content, guint64 size)
{
    ChAttachment *made = g_new0(ChAttachment, 1);
    made->name = g_strdup(name);
    made->content_type = g_strdup(content);
    made->size = size;
    made->reason = g_strdup("");
    return made;
}

/* name, content, size, how the refusal begins (NULL: accepted) */
static const struct {
    const char *name, *content;
    guint64 size;
    const char *reason;
} singles[] = {
    {"nota.pdf", "application/pdf", 10, NULL},
    {"NOTA.PDF", "", 1000, NULL},
    {"nota.pdf", "", 1001, CH_REFUSED_SIZE "1001 bytes, more than the limit of 1000"},
    {"nota.pdf.exe", "", 10, CH_REFUSED_TYPE ".exe"},
    {"nota.pdf", "application/x-dosexec", 10, CH_REFUSED_PROGRAM "application/x-dosexec"},
    {"nota.pdf", "application/vnd.microsoft.portable-executable", 10, CH_REFUSED_PROGRAM},
    {"leiame.txt", "application/x-executable", 10, CH_REFUSED_PROGRAM},
    {"nota.pdf", "text/html", 10, NULL}, /* text: a .txt may hold it, and a reader of PDF does not run it */
    {"foto.png", "image/jpeg", 10, NULL},
    {"foto.jpeg", "image/jpeg", 10, NULL},
    {"foto.JFIF", "image/jpeg", 10, NULL},
    {"copia.tgz", "application/gzip", 10, NULL},
    {"foto.png", "image/tiff", 10, CH_REFUSED_CONTENT ".png is image/tiff"},
    {"foto.jpeg", "image/tiff", 10, CH_REFUSED_CONTENT ".jpeg is image/tiff"},
    {"pacote.zip", "application/x-7z-compressed", 10, CH_REFUSED_CONTENT},
    {"pacote.zip", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", 10, NULL},
    {"carta.docx", "application/zip", 10, CH_REFUSED_TYPE ".docx"},
    {"planta.dwg", "image/vnd.dwg", 10, NULL},
    {"scan", "application/pdf", 10, NULL},
    {"scan", "", 10, CH_REFUSED_NO_TYPE " that tells its type"},
    {"scan", "application/x-dosexec", 10, CH_REFUSED_PROGRAM},
    {"scan", "image/tiff", 10, CH_REFUSED_NO_TYPE " that tells its type, and it is image/tiff"},
    {"scan.", "", 10, CH_REFUSED_NO_TYPE},
    {"Relatório 12.03.2024", "application/pdf", 10, NULL},
    {"Contrato da Sra. Silva", "application/pdf", 10, NULL},
    {"Contrato da Sra. Silva", "", 10, CH_REFUSED_NO_TYPE},
    {"vazio.txt", "", 0, NULL},
};

static void test_single(void)
{
    char *types[] = {(char *)"pdf", (char *)"tar", (char *)"gz",  (char *)"jpg", (char *)"png",
                     (char *)"zip", (char *)"txt", (char *)"dwg", NULL};
    ChFilePolicy all = policy(types);
    for (guint i = 0; i < G_N_ELEMENTS(singles); i++) {
        g_autoptr(ChMail) mail = ch_mail_new();
        ChAttachment *one = file(singles[i].name, singles[i].content, singles[i].size);
        g_ptr_array_add(mail->attachments, one);
        ch_files_judge(mail, &all, NULL);
        g_test_message("%s, %s: %s", singles[i].name, singles[i].content, one->reason);
        g_assert_cmpint(one->accepted, ==, singles[i].reason == NULL);
        g_assert_true(g_str_has_prefix(one->reason, singles[i].reason ? singles[i].reason : ""));
        g_assert_cmpint(*one->reason == '\0', ==, one->accepted);
    }
}

/* tgz is tar and gz; a policy may say jpeg and mean jpg. */
static void test_spellings(void)
{
    char *gz[] = {(char *)"gz", (char *)"jpeg", NULL};
    ChFilePolicy some = policy(gz);
    g_autoptr(ChMail) mail = ch_mail_new();
    g_ptr_array_add(mail->attachments, file("copia.tgz", "", 10));
    g_ptr_array_add(mail->attachments, file("foto.jpg", "image/jpeg", 10));
    ch_files_judge(mail, &some, NULL);
    ChAttachment *tgz = g_ptr_array_index(mail->attachments, 0);
    ChAttachment *jpg = g_ptr_array_index(mail->attachments, 1);
    g_assert_false(tgz->accepted);
    g_assert_true(jpg->accepted);
}

static const char *reason_of(const ChMail *mail, guint at)
{
    return ((ChAttachment *)g_ptr_array_index(mail->attachments, at))->reason;
}

/* What is over the total or the count is refused, a smaller one behind it is not, and a logo never costs a
 * file its place. Judged again, by another department's policy, nothing of the first remains. */
static void test_together(void)
{
    char *types[] = {(char *)"pdf", (char *)"png", NULL};
    ChFilePolicy first = policy(types);
    g_autoptr(ChMail) mail = ch_mail_new();
    ChAttachment *logo = file("logo.png", "image/png", 1000);
    logo->is_inline = TRUE;
    g_ptr_array_add(mail->attachments, logo);
    g_ptr_array_add(mail->attachments, file("a.pdf", "", 1000));
    g_ptr_array_add(mail->attachments, file("b.pdf", "", 1000));
    g_ptr_array_add(mail->attachments, file("c.pdf", "", 600));
    g_ptr_array_add(mail->attachments, file("d.pdf", "", 500));
    g_ptr_array_add(mail->attachments, file("e.pdf", "", 0));
    ch_files_judge(mail, &first, NULL);
    g_assert_cmpstr(reason_of(mail, 1), ==, "");
    g_assert_cmpstr(reason_of(mail, 2), ==, "");
    g_assert_cmpstr(reason_of(mail, 3), ==, CH_REFUSED_TOTAL "the limit of 2500 bytes");
    g_assert_cmpstr(reason_of(mail, 4), ==, "");
    g_assert_cmpstr(reason_of(mail, 5), ==, CH_REFUSED_COUNT "3 files");
    g_assert_cmpstr(reason_of(mail, 0), ==, CH_REFUSED_COUNT "3 files");
    ChFilePolicy second = first;
    second.total = second.each = 10000;
    second.count = 20;
    ch_files_judge(mail, &second, NULL);
    for (guint i = 0; i < mail->attachments->len; i++)
        g_assert_cmpstr(reason_of(mail, i), ==, "");
}

static void test_no_files(void)
{
    char *types[] = {(char *)"asc", (char *)"dat", NULL};
    ChFilePolicy some = policy(types);
    g_autoptr(ChMail) mail = ch_mail_new();
    ChAttachment *signature = file("signature.asc", "", 10), *box = file("winmail.dat", "", 10);
    signature->is_crypto = TRUE;
    box->is_sealed = TRUE;
    g_ptr_array_add(mail->attachments, signature);
    g_ptr_array_add(mail->attachments, box);
    ch_files_judge(mail, &some, NULL);
    g_assert_cmpstr(signature->reason, ==, CH_REFUSED_CRYPTO);
    g_assert_cmpstr(box->reason, ==, CH_REFUSED_SEALED);
    g_assert_false(signature->accepted || box->accepted);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/files/single", test_single);
    g_test_add_func("/files/spellings", test_spellings);
    g_test_add_func("/files/together", test_together);
    g_test_add_func("/files/no-files", test_no_files);
    return g_test_run();
}
