/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which files are accepted: by name and content, by size, number and sum, and by what a department says. How
 * a file's content is read is in the mails file-* of tests/mail. */
#include "desk/files.h"

#include <string.h>

static ChConfig *config_of(const char *const *overrides)
{
    g_autoptr(GError) error = NULL;
    ChConfig *config = ch_config_load(NULL, overrides, &error);
    g_assert_no_error(error);
    return config;
}

static ChAttachment *file_new(const char *name, const char *content_type, guint64 size)
{
    ChAttachment *file = g_new0(ChAttachment, 1);
    file->name = g_strdup(name);
    file->content_type = g_strdup(content_type);
    file->size = size;
    file->reason = g_strdup("left over");
    return file;
}

static GPtrArray *list_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)ch_attachment_free);
}

static void test_types(void)
{
    const struct {
        const char *name, *content_type;
        const char *begins; /* NULL: accepted */
        const char *says;   /* a part of the reason */
    } cases[] = {
        {"nota.pdf", "application/pdf", NULL, NULL},
        {"NOTA.PDF", "", NULL, NULL},
        {"nota.pdf.exe", "", CH_REFUSED_TYPE, ".exe"},
        {"nota.pdf", "application/x-dosexec", CH_REFUSED_CONTENT, "application/x-dosexec"},
        {"nota.pdf", "application/vnd.microsoft.portable-executable", CH_REFUSED_CONTENT, "portable"},
        {"nota.pdf", "application/x-executable", CH_REFUSED_CONTENT, "x-executable"},
        {"nota.pdf", "text/html", CH_REFUSED_CONTENT, "text/html"},
        {"foto.png", "image/jpeg", NULL, NULL},
        {"foto.jpg", "image/webp", CH_REFUSED_CONTENT, "image/webp"},
        {"foto.JPE", "image/jpeg", NULL, NULL},
        {"foto.jfif", "image/jpeg", NULL, NULL},
        {"nota", "", CH_REFUSED_NO_TYPE, "no extension"},
        {"nota.", "", CH_REFUSED_NO_TYPE, "no extension"},
        {"Contrato v1.2", "", CH_REFUSED_NO_TYPE, "no extension"},
        {"Contrato v1.2", "application/pdf", NULL, NULL},
        {"nota", "application/pdf", NULL, NULL},
        {"nota", "application/x-dosexec", CH_REFUSED_TYPE, "x-dosexec"},
        {"cópia.tgz", "application/gzip", NULL, NULL},
        {"cópia.tar.gz", "application/gzip", NULL, NULL},
        {"planilha.xlsx", "application/zip", CH_REFUSED_TYPE, ".xlsx"},
        {"planilha.zip", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", NULL, NULL},
        {"programa.zip", "application/x-dosexec", CH_REFUSED_CONTENT, "x-dosexec"},
        {"log.txt", "text/x-c", NULL, NULL},
        {"log.txt", "application/json", NULL, NULL},
        {"log.txt", "application/x-dosexec", CH_REFUSED_CONTENT, "x-dosexec"},
    };
    g_autoptr(ChConfig) config = config_of(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GPtrArray) files = list_new();
        g_ptr_array_add(files, file_new(cases[i].name, cases[i].content_type, 10));
        ch_files_weigh(g_ptr_array_index(config->departments, 0), files);
        const ChAttachment *file = g_ptr_array_index(files, 0);
        g_test_message("%s, %s: %s", cases[i].name, cases[i].content_type, file->reason);
        g_assert_cmpint(file->accepted, ==, cases[i].begins == NULL);
        if (file->accepted) {
            g_assert_cmpstr(file->reason, ==, "");
            continue;
        }
        g_assert_true(g_str_has_prefix(file->reason, cases[i].begins));
        g_assert_nonnull(strstr(file->reason, cases[i].says));
    }
}

static void test_documents(void)
{
    const char *overrides[] = {"department suporte.attachment_types=docx, doc, csv",
                               "department suporte.addresses=suporte@localhost", NULL};
    g_autoptr(ChConfig) config = config_of(overrides);
    const struct {
        const char *name, *content_type;
        gboolean accepted;
    } cases[] = {
        {"a.docx", "application/zip", TRUE},
        {"a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", TRUE},
        {"a.doc", "application/x-ole-storage", TRUE},
        {"a.doc", "application/x-dosexec", FALSE},
        {"a.csv", "text/csv", TRUE},
        {"a.csv", "image/png", FALSE},
        {"a.zip", "application/zip", FALSE},
        {"a.pdf", "application/pdf", FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GPtrArray) files = list_new();
        g_ptr_array_add(files, file_new(cases[i].name, cases[i].content_type, 10));
        ch_files_weigh(g_ptr_array_index(config->departments, 0), files);
        g_test_message("%s, %s", cases[i].name, cases[i].content_type);
        g_assert_cmpint(((ChAttachment *)g_ptr_array_index(files, 0))->accepted, ==, cases[i].accepted);
    }
}

static const char *reason_of(const GPtrArray *files, guint index)
{
    return ((ChAttachment *)g_ptr_array_index(files, index))->reason;
}

static void test_bounds(void)
{
    const char *overrides[] = {"limits.attachment_bytes=1000", "limits.attachments_total=2500",
                               "limits.attachments_count=3", NULL};
    g_autoptr(ChConfig) config = config_of(overrides);
    g_autoptr(GPtrArray) files = list_new();
    g_ptr_array_add(files, file_new("1.png", "", 1000));
    ((ChAttachment *)g_ptr_array_index(files, 0))->is_inline = TRUE;
    g_ptr_array_add(files, file_new("2.pdf", "", 1001));
    g_ptr_array_add(files, file_new("3.pdf", "", 1000));
    g_ptr_array_add(files, file_new("4.exe", "", 1));
    g_ptr_array_add(files, file_new("5.pdf", "", 501));
    g_ptr_array_add(files, file_new("6.pdf", "", 400));
    g_ptr_array_add(files, file_new("7.pdf", "", 100));
    g_ptr_array_add(files, file_new("8.pdf", "", 0));
    const char *begins[] = {"", CH_REFUSED_SIZE, "", CH_REFUSED_TYPE, CH_REFUSED_TOTAL, "",
                            "", CH_REFUSED_COUNT};
    for (guint twice = 0; twice < 2; twice++) { /* a mail that was held is weighed again */
        ch_files_weigh(g_ptr_array_index(config->departments, 0), files);
        for (guint i = 0; i < files->len; i++) {
            g_test_message("%u: %s", i + 1, reason_of(files, i));
            g_assert_true(g_str_has_prefix(reason_of(files, i), begins[i]));
            g_assert_cmpint(*reason_of(files, i) == '\0', ==, *begins[i] == '\0');
        }
    }
}

static void test_departments(void)
{
    const char *overrides[] = {"department a.addresses=a@localhost",
                               "department a.attachment_types=xml",
                               "department a.attachment_bytes=5",
                               "department b.addresses=b@localhost",
                               "attachments.types=png",
                               NULL};
    g_autoptr(ChConfig) config = config_of(overrides);
    const ChDepartmentConfig *a = ch_config_department(config, "a"), *b = ch_config_department(config, "b");
    g_assert_cmpuint(a->attachment_bytes, ==, 5);
    g_assert_cmpuint(b->attachment_bytes, ==, 8 << 20);
    g_assert_cmpuint(a->attachments_total, ==, 24 << 20);
    g_assert_cmpuint(a->attachments_count, ==, 20);
    g_autoptr(GPtrArray) files = list_new();
    g_ptr_array_add(files, file_new("nota.xml", "text/xml", 5));
    g_ptr_array_add(files, file_new("foto.png", "image/png", 5));
    ch_files_weigh(a, files);
    g_assert_cmpstr(reason_of(files, 0), ==, "");
    g_assert_cmpstr(reason_of(files, 1), ==, "files of the type .png are not accepted");
    ch_files_weigh(b, files);
    g_assert_cmpstr(reason_of(files, 0), ==, "files of the type .xml are not accepted");
    g_assert_cmpstr(reason_of(files, 1), ==, "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/files/types", test_types);
    g_test_add_func("/files/documents", test_documents);
    g_test_add_func("/files/bounds", test_bounds);
    g_test_add_func("/files/departments", test_departments);
    return g_test_run();
}
