/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of the rules language, in one table: keywords, and words that stand for a value. The manual and
 * the colours of the editors are held against it (tests/unit/test_rules_words.c). */
#include "route/compile.h"

#include "grammar.h"

#include <string.h>

/* In byte order. A word for a value has no token of its own. */
const ChRuleWord ch_rule_words[] = {
    {"active", T_WORD, CH_WORD_VALUE},
    {"all", T_ALL, CH_WORD_OPERATOR},
    {"and", T_AND, CH_WORD_OPERATOR},
    {"any", T_ANY, CH_WORD_OPERATOR},
    {"assign", T_ASSIGN, CH_WORD_ACTION},
    {"at", T_AT, CH_WORD_OPERATOR},
    {"attachment", T_ATTACHMENT, CH_WORD_TEST | CH_WORD_CONDITION},
    {"attachments", T_ATTACHMENTS, CH_WORD_CONDITION},
    {"auto-reply", T_WORD, CH_WORD_VALUE},
    {"begins", T_BEGINS, CH_WORD_OPERATOR},
    {"body", T_BODY, CH_WORD_TEST | CH_WORD_CONDITION},
    {"bounce", T_WORD, CH_WORD_VALUE},
    {"cc", T_CC, CH_WORD_TEST | CH_WORD_CONDITION},
    {"claim", T_WORD, CH_WORD_VALUE},
    {"closed", T_WORD, CH_WORD_VALUE},
    {"company", T_COMPANY, CH_WORD_TEST | CH_WORD_CONDITION},
    {"contains", T_CONTAINS, CH_WORD_OPERATOR},
    {"customer", T_CUSTOMER, CH_WORD_TEST | CH_WORD_CONDITION},
    {"date", T_DAY_DATE, CH_WORD_TEST},
    {"day", T_WORD, CH_WORD_VALUE},
    {"define", T_DEFINE, CH_WORD_STATEMENT},
    {"delay", T_WORD, CH_WORD_VALUE},
    {"department", T_DEPARTMENT, CH_WORD_TEST | CH_WORD_CONDITION | CH_WORD_ACTION},
    {"domain", T_DOMAIN, CH_WORD_CONDITION | CH_WORD_VALUE},
    {"due", T_DUE, CH_WORD_ACTION},
    {"ends", T_ENDS, CH_WORD_OPERATOR},
    {"evidence", T_EVIDENCE, CH_WORD_TEST | CH_WORD_CONDITION},
    {"exists", T_EXISTS, CH_WORD_OPERATOR},
    {"expect", T_EXPECT, CH_WORD_TEST},
    {"field", T_FIELD, CH_WORD_ACTION},
    {"fri", T_WORD, CH_WORD_VALUE},
    {"from", T_FROM, CH_WORD_TEST | CH_WORD_CONDITION},
    {"header", T_HEADER, CH_WORD_TEST | CH_WORD_CONDITION},
    {"high", T_WORD, CH_WORD_VALUE},
    {"hold", T_HOLD, CH_WORD_ACTION},
    {"holiday", T_HOLIDAY, CH_WORD_CONDITION},
    {"hour", T_WORD, CH_WORD_VALUE},
    {"ignore", T_IGNORE, CH_WORD_ACTION},
    {"in", T_IN, CH_WORD_OPERATOR},
    {"include", T_INCLUDE, CH_WORD_STATEMENT},
    {"is", T_IS, CH_WORD_OPERATOR},
    {"kind", T_KIND, CH_WORD_TEST | CH_WORD_CONDITION},
    {"language", T_LANGUAGE, CH_WORD_TEST | CH_WORD_CONDITION | CH_WORD_ACTION},
    {"least", T_LEAST, CH_WORD_OPERATOR},
    {"least-busy", T_WORD, CH_WORD_VALUE},
    {"list", T_WORD, CH_WORD_VALUE},
    {"loop", T_WORD, CH_WORD_VALUE},
    {"low", T_WORD, CH_WORD_VALUE},
    {"mail", T_MAIL, CH_WORD_TEST},
    {"match", T_MATCH, CH_WORD_STATEMENT},
    {"matches", T_MATCHES, CH_WORD_OPERATOR},
    {"mon", T_WORD, CH_WORD_VALUE},
    {"name", T_NAME, CH_WORD_OPERATOR},
    {"new", T_WORD, CH_WORD_VALUE},
    {"no-ack", T_NO_ACK, CH_WORD_ACTION},
    {"normal", T_WORD, CH_WORD_VALUE},
    {"not", T_NOT, CH_WORD_OPERATOR},
    {"nothing", T_NOTHING, CH_WORD_TEST},
    {"notify", T_NOTIFY, CH_WORD_ACTION},
    {"of", T_OF, CH_WORD_OPERATOR},
    {"only", T_ONLY, CH_WORD_TEST},
    {"open", T_WORD, CH_WORD_VALUE},
    {"or", T_OR, CH_WORD_OPERATOR},
    {"pending", T_WORD, CH_WORD_VALUE},
    {"per", T_PER, CH_WORD_OPERATOR},
    {"person", T_WORD, CH_WORD_VALUE},
    {"priority", T_PRIORITY, CH_WORD_ACTION},
    {"quarantine", T_QUARANTINE, CH_WORD_ACTION},
    {"rate", T_RATE, CH_WORD_TEST | CH_WORD_CONDITION},
    {"recipient", T_RECIPIENT, CH_WORD_TEST | CH_WORD_CONDITION},
    {"refer", T_REFER, CH_WORD_ACTION},
    {"refuse-attachment", T_REFUSE_ATTACHMENT, CH_WORD_ACTION},
    {"report", T_WORD, CH_WORD_VALUE},
    {"round-robin", T_WORD, CH_WORD_VALUE},
    {"sat", T_WORD, CH_WORD_VALUE},
    {"set-header", T_SET_HEADER, CH_WORD_ACTION},
    {"size", T_SIZE, CH_WORD_TEST | CH_WORD_CONDITION},
    {"spam", T_SPAM, CH_WORD_TEST | CH_WORD_CONDITION},
    {"stop", T_STOP, CH_WORD_ACTION},
    {"subject", T_SUBJECT, CH_WORD_TEST | CH_WORD_CONDITION},
    {"sun", T_WORD, CH_WORD_VALUE},
    {"tag", T_TAG, CH_WORD_ACTION},
    {"template", T_TEMPLATE, CH_WORD_ACTION},
    {"test", T_TEST, CH_WORD_STATEMENT},
    {"thu", T_WORD, CH_WORD_VALUE},
    {"ticket", T_TICKET, CH_WORD_TEST | CH_WORD_CONDITION},
    {"time", T_TIME, CH_WORD_TEST | CH_WORD_CONDITION},
    {"title", T_TITLE, CH_WORD_ACTION},
    {"to", T_TO, CH_WORD_TEST | CH_WORD_CONDITION},
    {"token", T_WORD, CH_WORD_VALUE},
    {"tue", T_WORD, CH_WORD_VALUE},
    {"type", T_TYPE, CH_WORD_OPERATOR},
    {"unknown", T_UNKNOWN, CH_WORD_TEST | CH_WORD_VALUE},
    {"urgent", T_WORD, CH_WORD_VALUE},
    {"watch", T_WATCH, CH_WORD_ACTION},
    {"wed", T_WORD, CH_WORD_VALUE},
    {"weekday", T_WEEKDAY, CH_WORD_TEST | CH_WORD_CONDITION},
    {"with", T_WITH, CH_WORD_OPERATOR},
    {NULL, 0, 0},
};

int ch_rule_word_token(const char *text, gsize length)
{
    gsize low = 0, high = G_N_ELEMENTS(ch_rule_words) - 1;
    while (low < high) {
        gsize middle = (low + high) / 2;
        const ChRuleWord *word = &ch_rule_words[middle];
        int order = strncmp(text, word->word, length);
        if (order == 0 && word->word[length])
            order = -1;
        if (order == 0)
            return word->token;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return T_WORD;
}
