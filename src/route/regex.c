/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Regular expressions of rules: PCRE2, compiled once, tried within limits (P13). What an expression surely
 * needs is found in regex_needs.c, and how badly it can backtrack is tried in regex_warning.c.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "route/rules_private.h"

#include "base/clock.h"

#include <pcre2.h>
#include <string.h>

/* An expression is tried from this many places of the text at once; then the clock is looked at. */
#define WINDOW 256
/* Steps from one place: in a window; and where that was too few, from that place alone. PCRE2 counts what it
 * can go back to, not characters: one step may run over the whole text. With these a window costs less than a
 * second whatever the expression, and a place on its own about as much. */
#define LIGHT_STEPS 2000
#define HEAVY_STEPS 20000
/* Memory of one try: in machine code, and without (kibibytes, as PCRE2 wants them). */
#define JIT_STACK_FIRST (32 * 1024)
#define JIT_STACK_MAX   (1024 * 1024)
#define HEAP_KIBIBYTES  4096
#define DEPTH_MAX       20000
#define GROUPS_MAX      200
#define NESTING_MAX     50
#define SOURCE_MAX      16384

struct ChRegex {
    gint references; /* atomic */
    char *source;    /* "/…/flags" */
    pcre2_code *code;
    char **names;
    guint *groups; /* of each name its number; a name that stands twice is there twice */
    char **needs;  /* as ch_regex_needs */
};

/* What a thread needs to try an expression, made once. */
typedef struct {
    pcre2_match_context *light, *heavy;
    pcre2_jit_stack *stack;
    pcre2_match_data *data;
} Engine;

static void engine_free(gpointer pointer)
{
    Engine *engine = pointer;
    pcre2_match_data_free(engine->data);
    pcre2_match_context_free(engine->light);
    pcre2_match_context_free(engine->heavy);
    pcre2_jit_stack_free(engine->stack);
    g_free(engine);
}

static GPrivate engine_of_thread = G_PRIVATE_INIT(engine_free);

static pcre2_match_context *context_new(guint steps, pcre2_jit_stack *stack)
{
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    if (!context)
        g_error("no memory for regular expressions");
    pcre2_set_match_limit(context, steps);
    pcre2_set_heap_limit(context, HEAP_KIBIBYTES);
    pcre2_set_depth_limit(context, DEPTH_MAX);
    pcre2_jit_stack_assign(context, NULL, stack);
    return context;
}

static Engine *engine_get(void)
{
    Engine *engine = g_private_get(&engine_of_thread);
    if (engine)
        return engine;
    engine = g_new0(Engine, 1);
    engine->stack = pcre2_jit_stack_create(JIT_STACK_FIRST, JIT_STACK_MAX, NULL);
    engine->light = context_new(LIGHT_STEPS, engine->stack);
    engine->heavy = context_new(HEAVY_STEPS, engine->stack);
    engine->data = pcre2_match_data_create(GROUPS_MAX + 1, NULL);
    if (!engine->data)
        g_error("no memory for regular expressions");
    g_private_set(&engine_of_thread, engine);
    return engine;
}

static guint options_of(const char *flags)
{
    static const struct {
        char flag;
        guint option;
    } table[] = {{'i', PCRE2_CASELESS}, {'m', PCRE2_MULTILINE}, {'s', PCRE2_DOTALL}, {'x', PCRE2_EXTENDED}};
    guint options = PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT;
    for (guint i = 0; i < G_N_ELEMENTS(table); i++)
        if (strchr(flags, table[i].flag))
            options |= table[i].option;
    return options;
}

const char *ch_regex_item_end(const char *at)
{
    if (*at == '\\' && at[1] == 'Q') {
        const char *end = strstr(at, "\\E");
        return end ? end + 2 : at + strlen(at);
    }
    if (*at == '\\' && at[1])
        return g_utf8_next_char(at + 1);
    if (*at != '[')
        return g_utf8_next_char(at);
    at += 1 + (at[1] == '^');
    at += *at == ']'; /* "[]abc]" */
    while (*at && *at != ']') {
        const char *posix = at[0] == '[' && at[1] == ':' ? strstr(at + 2, ":]") : NULL;
        at = posix ? posix + 2 : *at == '\\' ? ch_regex_item_end(at) : g_utf8_next_char(at);
    }
    return at + (*at == ']');
}

/* Verbs and \G speak of where a try begins, and ours begins at each window: the first such thing, or NULL. */
static const char *find_refused(const char *source)
{
    for (const char *at = source; *at; at = ch_regex_item_end(at))
        if ((at[0] == '(' && at[1] == '*') || (at[0] == '\\' && at[1] == 'G'))
            return at;
    return NULL;
}

/* SOURCE between slashes: those outside classes get their backslash back. */
static char *show(const char *source, const char *flags)
{
    g_autoptr(GString) shown = g_string_new("/");
    for (const char *at = source, *end; *at; at = end) {
        end = ch_regex_item_end(at);
        if (*at == '/')
            g_string_append_c(shown, '\\');
        g_string_append_len(shown, at, end - at);
    }
    g_string_append_printf(shown, "/%s", flags);
    return g_string_free(g_steal_pointer(&shown), FALSE);
}

static pcre2_code *refuse(char **why, gsize *offset, gsize at, const char *format, ...) G_GNUC_PRINTF(4, 5);
static pcre2_code *refuse(char **why, gsize *offset, gsize at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    *why = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    *offset = at;
    return NULL;
}

static pcre2_code *compile(const char *source, const char *flags, char **why, gsize *offset)
{
    const char *refused = find_refused(source);
    gsize length = strlen(source), known = strspn(flags, "imsx");
    if (length > SOURCE_MAX)
        return refuse(why, offset, 0, "it has more than %u bytes", SOURCE_MAX);
    if (refused)
        return refuse(why, offset, (gsize)(refused - source), "\"(*…)\" and \"\\G\" are not there in rules");
    if (flags[known])
        return refuse(why, offset, length, "the flag \"%s\" is none of i, m, s, x", flags + known);
    pcre2_compile_context *limits = pcre2_compile_context_create(NULL);
    if (!limits)
        g_error("no memory for regular expressions");
    pcre2_set_parens_nest_limit(limits, NESTING_MAX);
    int code;
    PCRE2_SIZE at = 0;
    pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)source, length, options_of(flags), &code, &at, limits);
    pcre2_compile_context_free(limits);
    if (compiled)
        return compiled;
    char message[256];
    pcre2_get_error_message(code, (PCRE2_UCHAR *)message, sizeof message);
    return refuse(why, offset, MIN(at, length), "%s", message);
}

static void read_names(ChRegex *regex)
{
    uint32_t count = 0, size = 0;
    PCRE2_SPTR table = NULL;
    pcre2_pattern_info(regex->code, PCRE2_INFO_NAMECOUNT, &count);
    pcre2_pattern_info(regex->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    pcre2_pattern_info(regex->code, PCRE2_INFO_NAMETABLE, &table);
    regex->names = g_new0(char *, count + 1);
    regex->groups = g_new0(guint, count + 1);
    for (guint i = 0; i < count; i++) { /* two bytes of number, then the name */
        const guchar *entry = table + (gsize)i * size;
        regex->groups[i] = (guint)entry[0] << 8 | entry[1];
        regex->names[i] = g_strdup((const char *)entry + 2);
    }
}

ChRegex *ch_regex_new(const char *source, const char *flags, char **why, gsize *offset)
{
    pcre2_code *code = compile(source, flags, why, offset);
    if (!code)
        return NULL;
    uint32_t groups = 0;
    pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
    if (groups > GROUPS_MAX) {
        pcre2_code_free(code);
        refuse(why, offset, 0, "it has more than %u groups", GROUPS_MAX);
        return NULL;
    }
    /* Where machine code cannot be made (a system may forbid it), the same runs slower without. */
    (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    ChRegex *regex = g_new0(ChRegex, 1);
    regex->references = 1;
    regex->source = show(source, flags);
    regex->code = code;
    read_names(regex);
    regex->needs = ch_regex_find_needs(source, flags);
    return regex;
}

ChRegex *ch_regex_ref(ChRegex *regex)
{
    g_atomic_int_inc(&regex->references);
    return regex;
}

void ch_regex_unref(ChRegex *regex)
{
    if (!regex || !g_atomic_int_dec_and_test(&regex->references))
        return;
    pcre2_code_free(regex->code);
    g_free(regex->source);
    g_strfreev(regex->names);
    g_free(regex->groups);
    g_strfreev(regex->needs);
    g_free(regex);
}

const char *ch_regex_source(const ChRegex *regex)
{
    return regex->source;
}

const char *const *ch_regex_names(const ChRegex *regex)
{
    return (const char *const *)regex->names;
}

const char *const *ch_regex_needs(const ChRegex *regex)
{
    return (const char *const *)regex->needs;
}

/* COUNT: one more than the highest group that took part. */
static void take_captures(const ChRegex *regex, const char *text, guint count, GHashTable *captures)
{
    const PCRE2_SIZE *places = pcre2_get_ovector_pointer(engine_get()->data);
    for (guint i = 0; regex->names[i]; i++) {
        PCRE2_SIZE start = places[2 * regex->groups[i]], end = places[2 * regex->groups[i] + 1];
        if (regex->groups[i] < count && start != PCRE2_UNSET && start <= end)
            g_hash_table_replace(captures, g_strdup(regex->names[i]), g_strndup(text + start, end - start));
    }
}

/* Whether the time is over: of the mail, or, BEGUN being the time that the expression began at, of one
 * expression. The processor's time is asked for only when some has gone by at all, for that takes longer. */
static gboolean is_over(ChRegexEffort *effort, gint64 begun)
{
    gint64 now = g_get_monotonic_time();
    if (now - effort->looked_at < G_USEC_PER_SEC / 1000)
        return FALSE;
    effort->looked_at = now;
    effort->work = ch_clock_work();
    return effort->work - effort->work_begun > CH_RULE_MAIL_TIME || effort->work - begun > CH_RULE_REGEX_TIME;
}

/* One try from the places START to LAST of TEXT. */
static int try_window(const ChRegex *regex, const char *text, gsize length, gsize start, gsize last,
                      gboolean heavy)
{
    Engine *engine = engine_get();
    pcre2_match_context *context = heavy ? engine->heavy : engine->light;
    pcre2_set_offset_limit(context, last);
    return pcre2_match(regex->code, (PCRE2_SPTR)text, length, start, PCRE2_NO_UTF_CHECK, engine->data,
                       context);
}

/* The place after LAST at which a character begins; more than LENGTH after the end. */
static gsize next_place(const char *text, gsize length, gsize last)
{
    for (last++; last < length && ((guchar)text[last] & 0xc0) == 0x80;)
        last++;
    return last;
}

static const char *limit_words(int code)
{
    switch (code) {
    case PCRE2_ERROR_MATCHLIMIT:
        return "too many steps";
    case PCRE2_ERROR_DEPTHLIMIT:
    case PCRE2_ERROR_HEAPLIMIT:
    case PCRE2_ERROR_JIT_STACKLIMIT:
        return "too much memory";
    default:
        return "PCRE2 gave up";
    }
}

/* Tries REGEX from each place of TEXT: PCRE2's code, or 0 with *WHY where the time is over. */
static int try_all(const ChRegex *regex, const char *text, gsize length, ChRegexEffort *effort,
                   const char **why)
{
    gint64 begun = effort->work;
    gsize heavy_until = 0; /* to there each place is tried by itself */
    for (gsize start = 0; start <= length;) {
        gboolean heavy = start < heavy_until;
        gsize last = heavy ? start : start + WINDOW - 1;
        int code = try_window(regex, text, length, start, last, heavy);
        if (code != PCRE2_ERROR_NOMATCH && (code >= 0 || heavy))
            return code;
        if (code == PCRE2_ERROR_NOMATCH)
            start = next_place(text, length, last);
        else
            heavy_until = last + 1;
        if (start <= length && is_over(effort, begun)) {
            *why = "too much time";
            return 0;
        }
    }
    return PCRE2_ERROR_NOMATCH;
}

ChRuleResult ch_regex_match(ChRegex *regex, const char *text, gsize length, ChRegexEffort *effort,
                            GHashTable *captures)
{
    if (!effort->work_begun) {
        effort->looked_at = g_get_monotonic_time();
        effort->work_begun = effort->work = ch_clock_work();
    }
    if (effort->limits_hit >= CH_RULE_LIMITS_HIT_MAX ||
        effort->work - effort->work_begun > CH_RULE_MAIL_TIME) {
        effort->why = "not tried, for the regular expressions before it took too long";
        return CH_RULE_UNKNOWN;
    }
    effort->tried++;
    is_over(effort, 0); /* what went by before is not this one's */
    const char *why = NULL;
    int code = try_all(regex, text, length, effort, &why);
    if (code == PCRE2_ERROR_NOMATCH)
        return CH_RULE_NO;
    if (!why && code >= 0) {
        if (captures)
            take_captures(regex, text, (guint)code, captures);
        return CH_RULE_YES;
    }
    effort->limits_hit++;
    effort->why = why ? why : limit_words(code);
    return CH_RULE_UNKNOWN;
}
