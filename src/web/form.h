/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The form as it comes back: read from application/x-www-form-urlencoded (WHATWG URL, section 5), checked. */
#pragma once

#include <glib.h>

typedef enum {
    CH_FIELD_NAME,
    CH_FIELD_COMPANY,
    CH_FIELD_TELEPHONE,
    CH_FIELD_LANGUAGE,
    CH_FIELDS,
} ChField;

/* As config->web.fields and the form name them. */
extern const char *const ch_field_names[CH_FIELDS + 1];

/* What is wrong with a value. */
typedef enum {
    CH_FAULT_NONE,
    CH_FAULT_MISSING, /* required, and nothing but spaces */
    CH_FAULT_LONG,
    CH_FAULT_BAD, /* characters that don't belong there, or no language of ours */
} ChFault;

typedef struct {
    char *token;             /* of the hidden field; "" where there is none */
    char *values[CH_FIELDS]; /* never NULL, valid UTF-8, without spaces at the ends */
    ChFault faults[CH_FIELDS];
} ChForm;

/* Reads the LENGTH bytes at BODY: any bytes. Of a name that comes twice the first counts; other names are
 * passed over. Never NULL. */
ChForm *ch_form_read(const char *body, gsize length);
void ch_form_free(ChForm *form);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChForm, ch_form_free)

/* Fills in faults. FIELDS, REQUIRED: of ch_field_names, NULL-terminated; a field that is not shown becomes
 * empty. LANGUAGES: which there are; "pt-BR" is taken for pt_BR. TRUE where there is no fault. */
gboolean ch_form_check(ChForm *form, const char *const *fields, const char *const *required,
                       const char *const *languages);
