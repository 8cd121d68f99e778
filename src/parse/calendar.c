/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A calendar invitation (iCalendar, RFC 5545 and 5546) as a few readable lines: what, when, where, from whom.
 * Only its first event is read; whether a mail needs these lines is body.c's business.
 */
#include "parse/internal.h"

#include <string.h>

/* One property's value; a description that is longer is cut. */
#define VALUE_MAX 16384

typedef struct {
    char *summary, *location, *description, *organizer, *attendee, *answer, *repeats;
    char *start, *end, *zone; /* as written */
    gboolean in_event;
    guint nested; /* alarms inside the event */
    char *method;
} Event;

/* One content line, unfolded. */
typedef struct {
    char *name;       /* upper case, with its parameters cut off */
    char *parameters; /* as written */
    char *value;
} Property;

static void property_clear(Property *property)
{
    g_free(property->name);
    g_free(property->parameters);
    g_free(property->value);
}

/* The content line at AT, folded lines joined (RFC 5545 section 3.1). *AT moves behind it. */
static char *read_line(const char **at)
{
    GString *line = g_string_new(NULL);
    for (;;) {
        const char *end = strchrnul(*at, '\n');
        if (line->len < VALUE_MAX)
            g_string_append_len(line, *at, MIN(end - *at, (gssize)ch_text_span(*at, VALUE_MAX)));
        *at = *end ? end + 1 : end;
        if (**at != ' ' && **at != '\t')
            return g_string_free(line, FALSE);
        (*at)++;
    }
}

/* FALSE where LINE is none. */
static gboolean read_property(const char *line, Property *property)
{
    gsize name = strcspn(line, ";:");
    gboolean quoted = FALSE;
    const char *colon = line + name;
    for (; *colon && (quoted || *colon != ':'); colon++)
        quoted ^= *colon == '"';
    if (!*colon || name == 0)
        return FALSE;
    *property = (Property){g_ascii_strup(line, (gssize)name),
                           g_strndup(line + name, (gsize)(colon - line) - name), g_strdup(colon + 1)};
    g_strchomp(property->value);
    return TRUE;
}

/* The value of parameter NAME (";CN="), without quotes; NULL where it is missing. */
static char *parameter(const Property *property, const char *name)
{
    const char *found = strcasestr(property->parameters, name);
    if (!found)
        return NULL;
    found += strlen(name);
    if (*found == '"')
        return g_strndup(found + 1, strcspn(found + 1, "\""));
    return g_strndup(found, strcspn(found, ";:"));
}

/* Text without its escapes (section 3.3.11). */
static char *unescape(const char *value)
{
    GString *out = g_string_new(NULL);
    for (const char *at = value; *at; at++) {
        if (*at == '\\' && at[1]) {
            at++;
            g_string_append_c(out, *at == 'n' || *at == 'N' ? '\n' : *at);
        } else {
            g_string_append_c(out, *at);
        }
    }
    return g_string_free(out, FALSE);
}

/* "Ana Souza <ana@example.br>" */
static char *person(const Property *property)
{
    g_autofree char *name = parameter(property, ";CN=");
    const char *address = property->value;
    if (!g_ascii_strncasecmp(address, "mailto:", 7))
        address += 7;
    if (!strchr(address, '@'))
        return name && *name ? g_steal_pointer(&name) : NULL;
    if (!name || !*name || !strcmp(name, address))
        return g_strdup(address);
    return g_strdup_printf("%s <%s>", name, address);
}

static void take(char **field, char *value)
{
    if (*field || !value || !*value)
        g_free(value);
    else
        *field = value;
}

static void read_event(Event *event, const Property *property)
{
    const char *name = property->name;
    if (!strcmp(name, "SUMMARY")) {
        take(&event->summary, ch_text_one_line(unescape(property->value)));
    } else if (!strcmp(name, "LOCATION")) {
        take(&event->location, ch_text_one_line(unescape(property->value)));
    } else if (!strcmp(name, "DESCRIPTION")) {
        take(&event->description, unescape(property->value));
    } else if (!strcmp(name, "ORGANIZER")) {
        take(&event->organizer, person(property));
    } else if (!strcmp(name, "ATTENDEE")) {
        take(&event->attendee, person(property));
        take(&event->answer, parameter(property, ";PARTSTAT="));
    } else if (!strcmp(name, "DTSTART")) {
        take(&event->start, g_strdup(property->value));
        take(&event->zone, parameter(property, ";TZID="));
    } else if (!strcmp(name, "DTEND")) {
        take(&event->end, g_strdup(property->value));
    } else if (!strcmp(name, "RRULE")) {
        const char *often = strcasestr(property->value, "FREQ=");
        if (often)
            take(&event->repeats, g_ascii_strdown(often + 5, (gssize)strcspn(often + 5, ";")));
    }
}

/* TRUE where the event that counts has ended. */
static gboolean read_component(Event *event, const Property *property)
{
    gboolean begins = !strcmp(property->name, "BEGIN");
    if (begins && !event->in_event) {
        event->in_event =
            !g_ascii_strcasecmp(property->value, "VEVENT") || !g_ascii_strcasecmp(property->value, "VTODO");
    } else if (begins) {
        event->nested++;
    } else if (!strcmp(property->name, "END") && event->in_event) {
        if (event->nested == 0)
            return TRUE;
        event->nested--;
    } else if (event->in_event && event->nested == 0) {
        read_event(event, property);
    } else if (!strcmp(property->name, "METHOD")) {
        take(&event->method, g_ascii_strup(property->value, -1));
    }
    return FALSE;
}

/* ---- dates ---- */

static gboolean has_digits(const char *text, guint count)
{
    for (guint i = 0; i < count; i++)
        if (!g_ascii_isdigit(text[i]))
            return FALSE;
    return TRUE;
}

/* "20261124" -> "2026-11-24"; NULL where it is no date. */
static char *day(const char *value)
{
    return has_digits(value, 8) ? g_strdup_printf("%.4s-%.2s-%.2s", value, value + 4, value + 6) : NULL;
}

/* "20261124T100000Z" -> "10:00"; NULL where no time stands there. */
static char *hour(const char *value)
{
    gboolean timed = has_digits(value, 8) && value[8] == 'T' && has_digits(value + 9, 4);
    return timed ? g_strdup_printf("%.2s:%.2s", value + 9, value + 11) : NULL;
}

/* The last day of an event that ends before VALUE begins (section 3.6.1). */
static char *day_before(const char *value)
{
    g_autofree char *text = day(value);
    guint year = text ? (guint)atoi(text) : 0, month = text ? (guint)atoi(text + 5) : 0;
    guint date = text ? (guint)atoi(text + 8) : 0;
    if (!g_date_valid_dmy((GDateDay)MIN(date, 99), (GDateMonth)MIN(month, 13), (GDateYear)year))
        return NULL;
    GDate when;
    g_date_set_dmy(&when, (GDateDay)date, (GDateMonth)month, (GDateYear)year);
    if (g_date_get_julian(&when) <= 1)
        return NULL;
    g_date_subtract_days(&when, 1);
    return g_strdup_printf("%04u-%02u-%02u", g_date_get_year(&when), g_date_get_month(&when),
                           g_date_get_day(&when));
}

static void write_when(GString *out, const Event *event)
{
    g_autofree char *first = event->start ? day(event->start) : NULL;
    if (!first)
        return;
    g_autofree char *from = hour(event->start);
    g_string_append_printf(out, "When: %s%s%s", first, from ? " " : "", from ? from : "");
    g_autofree char *to = event->end ? hour(event->end) : NULL;
    g_autofree char *last = !event->end ? NULL : to ? day(event->end) : day_before(event->end);
    gboolean same = !last || !strcmp(first, last);
    if (from && to && same)
        g_string_append_printf(out, " to %s", to);
    else if (!same)
        g_string_append_printf(out, " to %s%s%s", last, to ? " " : "", to ? to : "");
    if (from && g_str_has_suffix(event->start, "Z"))
        g_string_append(out, " UTC");
    else if (from && event->zone)
        g_string_append_printf(out, " (%s)", event->zone);
    if (event->repeats)
        g_string_append_printf(out, ", repeats %s", event->repeats);
    g_string_append_c(out, '\n');
}

/* ---- lines ---- */

/* What the sender does with it (RFC 5546 section 1.4). */
static const char *deed(const Event *event)
{
    if (!g_strcmp0(event->method, "CANCEL"))
        return "Cancelled";
    if (!g_strcmp0(event->method, "COUNTER"))
        return "Another time proposed";
    if (g_strcmp0(event->method, "REPLY"))
        return "Invitation";
    const char *answer = event->answer ? event->answer : "";
    return !g_ascii_strcasecmp(answer, "ACCEPTED")    ? "Accepted"
           : !g_ascii_strcasecmp(answer, "DECLINED")  ? "Declined"
           : !g_ascii_strcasecmp(answer, "TENTATIVE") ? "Accepted tentatively"
                                                      : "Answered";
}

static char *write_event(const Event *event)
{
    gboolean reply = !g_strcmp0(event->method, "REPLY");
    GString *out = g_string_new(NULL);
    g_string_append_printf(out, "%s: %s\n", deed(event), event->summary ? event->summary : "-");
    write_when(out, event);
    if (event->location)
        g_string_append_printf(out, "Where: %s\n", event->location);
    if (reply && event->attendee)
        g_string_append_printf(out, "By: %s\n", event->attendee);
    else if (event->organizer)
        g_string_append_printf(out, "Organizer: %s\n", event->organizer);
    if (event->description && !ch_text_is_blank(event->description))
        g_string_append_printf(out, "\n%s\n", g_strchomp(event->description));
    return g_string_free(out, FALSE);
}

char *ch_calendar_to_text(const char *text)
{
    Event event = {0};
    gboolean done = FALSE;
    for (const char *at = text; *at && !done;) {
        g_autofree char *line = read_line(&at);
        Property property;
        if (!read_property(line, &property))
            continue;
        done = read_component(&event, &property);
        property_clear(&property);
    }
    char *result = event.in_event && (event.summary || event.start) ? write_event(&event) : NULL;
    char *fields[] = {event.summary,  event.location, event.description, event.organizer,
                      event.attendee, event.answer,   event.repeats,     event.start,
                      event.end,      event.zone,     event.method};
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        g_free(fields[i]);
    return result;
}
