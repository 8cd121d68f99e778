/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The `test` blocks of rules, from what the grammar recognised to nodes. They are run elsewhere
 * (ch_rules_test). */
#include "route/compile.h"

#include <string.h>

static ChProperty *new_property(ChParser *parser, const ChSpan *span, ChTestWhat what)
{
    ChProperty *property = g_new0(ChProperty, 1);
    property->what = what;
    property->place = ch_place_of_span(parser, span);
    return property;
}

static void check_form(ChParser *parser, const ChText *text, ChForm form, const char *expected)
{
    if (!text->sound || form(text->value))
        return;
    g_autofree char *found = ch_token_describe(&text->token);
    ch_complain(parser, &text->place, "found %s, expected %s", found, expected);
}

ChProperty *ch_build_property(ChParser *parser, const ChSpan *span, ChTestWhat what, ChText *name,
                              ChText *value)
{
    ChProperty *property = new_property(parser, span, what);
    if (what == CH_TEST_DOMAIN)
        ch_complain(parser, &property->place, "found 'domain', expected 'from': the domain is the sender's");
    else if (what <= CH_TEST_RECIPIENT)
        check_form(parser, value, ch_form_address, "an address such as \"ana@x.example\"");
    if (name) {
        check_form(parser, name, ch_form_header, "the name of a header field such as \"List-Id\"");
        property->name = g_steal_pointer(&name->value);
    }
    property->value = g_steal_pointer(&value->value);
    ch_text_free(name);
    ch_text_free(value);
    return property;
}

ChProperty *ch_build_word_property(ChParser *parser, const ChSpan *span, ChTestWhat what, const ChToken *word)
{
    ChProperty *property = new_property(parser, span, what);
    if (what == CH_TEST_TIME)
        property->minutes = (guint)word->units % (24 * 60);
    else if (what == CH_TEST_WEEKDAY)
        property->days = 1u << ch_build_weekday(parser, word);
    else if (ch_words_of(what))
        ch_build_choice(parser, word, ch_words_of(what));
    property->value = g_strndup(word->start, word->length);
    return property;
}

ChProperty *ch_build_number_property(ChParser *parser, const ChSpan *span, ChTestWhat what,
                                     const ChToken *number, const ChToken *unit)
{
    ChProperty *property = new_property(parser, span, what);
    property->number = number->number;
    if (unit)
        property->per_day = ch_build_per_day(parser, unit);
    return property;
}

ChExpectation *ch_build_expectation(ChParser *parser, const ChSpan *span, gboolean negated, ChDo *action,
                                    gboolean unknown)
{
    ChExpectation *expectation = g_new0(ChExpectation, 1);
    expectation->place = ch_place_of_span(parser, span);
    expectation->not = negated;
    expectation->action = action;
    expectation->unknown = unknown;
    return expectation;
}

/* Type and size are those of the attachment whose name stands before them. */
static void check_attachments(ChParser *parser, const GPtrArray *properties)
{
    gboolean named = FALSE;
    for (guint i = 0; i < properties->len; i++) {
        const ChProperty *property = g_ptr_array_index(properties, i);
        named = named || property->what == CH_TEST_FILE_NAME;
        if (!named && (property->what == CH_TEST_FILE_TYPE || property->what == CH_TEST_FILE_SIZE))
            ch_complain(parser, &property->place,
                        "found an attachment without a name, expected 'attachment name' before its %s",
                        property->what == CH_TEST_FILE_TYPE ? "type" : "size");
    }
}

void ch_build_mail_test(ChParser *parser, const ChSpan *span, const ChToken *name, GPtrArray *properties,
                        gboolean only, GPtrArray *expectations)
{
    check_attachments(parser, properties);
    for (guint i = 0; i < parser->captures->len; i++) {
        const ChCapture *capture = &g_array_index(parser->captures, ChCapture, i);
        ch_complain(parser, &capture->place, "found '$%s', expected what it becomes; a dollar is written $$",
                    capture->name);
    }
    ChRuleTest *test = g_new0(ChRuleTest, 1);
    test->place = (ChPlace){parser->source->name, span->line, span->column, span->width};
    test->name = ch_token_string(name);
    test->properties = properties;
    test->only = only;
    test->expectations = expectations;
    g_ptr_array_add(parser->compiler->rules->tests, test);
}
