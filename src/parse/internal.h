/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of parse/ share among themselves; nobody else includes it.
 * Every function takes bytes as they came and returns valid UTF-8 without NUL.
 */
#pragma once

#include "parse/parse.h"

#include <gmime/gmime.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GMimeObject, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GMimeParser, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GMimeStream, g_object_unref)

/* Adds a warning to MAIL unless the same one stands there. */
void ch_parse_warn(ChMail *mail, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The options that every call of GMime gets; made by ch_parse_setup, never changed after it. */
GMimeParserOptions *ch_parse_options(void);

/* The tree of CONTENT, the bytes of a part with its header. It keeps what it needs of them. NULL where there
 * is none. */
GMimeObject *ch_parse_content(GBytes *content);

/* bounds.c */

/* How much of a mail whose header block ends at HEAD GMime can read with bounded work. *WHY is set where it
 * is not all. The same for the same bytes, whatever the limits are: part numbers depend on it. */
gsize ch_bounds_scan(const char *bytes, gsize length, gsize head, const char **why);

/* text.c */

/* 0x80–0x9f of windows-1252; 0 where it has no character. The rest of it is ISO 8859-1. */
extern const guint16 ch_windows_1252[32];
/* LENGTH bytes in CHARSET (NULL: none was named) as valid UTF-8; a charset that lies is repaired. *REPAIRED
 * (may be NULL) becomes TRUE where the bytes were not what CHARSET says. Never NULL. */
char *ch_text_to_utf8(const char *bytes, gsize length, const char *charset, gboolean *repaired);
/* TEXT with LF line ends and without control characters other than tab and LF, and without what turns the
 * order of reading (U+202A–202E, U+2066–2069), in place. Returns TEXT. */
char *ch_text_clean(char *text);
/* TEXT on one line, in place: white space folded, controls and bidirectional overrides out. Returns TEXT. */
char *ch_text_one_line(char *text);
/* Cuts TEXT at no more than LIMIT bytes, between two characters. */
void ch_text_cut(char *text, gsize limit);
gboolean ch_text_is_blank(const char *text);

/* guess.c */

/* The charset that bytes which are not UTF-8 are in, where that is all but certain (Cyrillic, Chinese,
 * Japanese, Korean); NULL otherwise: windows-1252 is the best guess then. */
const char *ch_guess_charset(const char *bytes, gsize length);
/* The charset of the ISO 2022 family whose escapes stand in BYTES; NULL where there are none. */
const char *ch_guess_stateful(const char *bytes, gsize length);
/* TEXT, valid UTF-8, as it was before it was taken for windows-1252 and made UTF-8 again ("Ã§Ã£o"); NULL
 * where not all that is beyond ASCII in it says so. Free with g_free. */
char *ch_guess_undo_twice(const char *text);

/* words.c */

/* A header value (unstructured, or a phrase) with its encoded words decoded (RFC 2047), on one line. */
char *ch_words_decode(const char *raw, gsize length);

/* address.c */

/* Appends the addresses (ChAddress) of one raw header value to LIST, which grows to at most LIMIT. FALSE
 * where more were left out. */
gboolean ch_address_parse(const char *raw, GPtrArray *list, guint limit);

/* language.c */

/* The language that VALUE, an unfolded Accept-Language or Content-Language, names first, or with the highest
 * q (RFC 3282): a tag of the form of RFC 5646 section 2.1, of at most 35 bytes. NULL where there is none.
 * Free with g_free. */
char *ch_language_first(const char *value);

/* headers.c */

/* Fills everything of MAIL that stands in the header block of TOP. */
void ch_headers_read(ChMail *mail, GMimeObject *top, const ChLimits *limits);

/* walk.c */

/* One mail's MIME tree while it is read. */
typedef struct {
    ChMail *mail;
    const ChLimits *limits;
    const char *const *types;
    guint parts;       /* leaves seen while listing files */
    guint texts;       /* leaves seen while gathering text */
    gboolean spares;   /* nothing else says anything: spare texts count */
    GMimeObject *body; /* the first leaf: text even where it has a file name */
    GArray *marks;     /* of ChCut, as ch_walk */
} ChWalk;

guint ch_walk_depth(const ChWalk *walk); /* how deep parts may be nested */
gboolean ch_walk_is_type(GMimeObject *part, const char *type, const char *subtype); /* "*": any */
/* A spare text says again what the mail says, and counts only where nothing else says anything. */
void ch_walk_mark_spare(GMimeObject *part);
gboolean ch_walk_is_spare(GMimeObject *part);
/* Whether PART is words of the mail itself. */
gboolean ch_walk_is_text(const ChWalk *walk, GMimeObject *part);

/* Fills text, attachments and encrypted of MAIL from the MIME tree below TOP. MARKS (of ChCut) gets the
 * stretches of text that the mail's own markup calls a quote or a signature, in order, not overlapping. */
void ch_walk(ChMail *mail, GMimeObject *top, const ChLimits *limits, const char *const *types, GArray *marks);
/* The part that has this number, or NULL. Borrowed from TOP. */
GMimeObject *ch_walk_find(GMimeObject *top, const char *number);

/* body.c */

/* Fills text of the walk's mail, and its marks. */
void ch_body_read(ChWalk *walk, GMimeObject *top);

/* pgp.c */

/* TEXT without PGP's armour (RFC 9580 section 6): what stands in a signed text (section 7) is kept, without
 * its dashes; encrypted blocks go, and *ENCRYPTED becomes TRUE. An armour that does not end is text. NULL
 * where nothing is to be taken out. Free with g_free. */
char *ch_pgp_unarmour(const char *text, gboolean *encrypted);

/* flowed.c, enriched.c, calendar.c: other forms of text. TEXT is valid UTF-8 with LF line ends, the result is
 * too. */

/* Text in format=flowed, each paragraph on one line, quotes marked with "> " (RFC 3676). DELSP: its DelSp
 * parameter says "yes". */
char *ch_flowed_to_text(const char *text, gboolean delsp);
/* text/enriched (RFC 1896); text/richtext (RFC 1341) where RICH. */
char *ch_enriched_to_text(const char *text, gboolean rich);
/* The first event of an iCalendar object (RFC 5545) in a few lines of English; NULL where there is none. */
char *ch_calendar_to_text(const char *text);

/* unfold.c */

/* TOP with each part that is an envelope of others (signed content, winmail.dat, text with uuencoded files)
 * replaced by what is in it. Takes the reference to TOP and returns it, or one to a new top. The same for the
 * same bytes: part numbers depend on it. */
GMimeObject *ch_unfold(GMimeObject *top);

/* An empty multipart/mixed for an opener. */
GMimeMultipart *ch_unfold_multipart(void);

/* Openers: each returns what takes the place of PART, a leaf, or NULL where it is nothing of the opener's. */

/* smime.c: the content of application/pkcs7-mime with signed-data (RFC 8551 section 3.5.2). */
GMimeObject *ch_smime_open(GMimeObject *part);
/* Whether PART is encrypted content (RFC 8551 section 3.3). */
gboolean ch_smime_is_encrypted(GMimeObject *part);
/* tnef.c: a multipart/mixed of the files in application/ms-tnef, a winmail.dat, behind a text part with what
 * it says, which is marked as a spare one (ch_walk_is_spare). Where not all could be read, PART itself is the
 * last of them. */
GMimeObject *ch_tnef_open(GMimeObject *part);
/* Why PART, a winmail.dat that stands in a tree after ch_unfold, could not be read, or not as a whole. A
 * static string; NULL where PART is none. */
const char *ch_tnef_why(GMimeObject *part);
/* uuencode.c: a multipart/mixed of the words of a text/plain part and the files in them. */
GMimeObject *ch_uuencode_open(GMimeObject *part);

/* base64.c */

typedef struct {
    guint32 group; /* the bits of a group that began */
    guint count;   /* characters that it has */
} ChBase64;

void ch_base64_setup(void);
/* Decodes LENGTH characters into OUT, which has room for three bytes more than three quarters of them.
 * Returns the bytes written. STATE begins as {0}. */
gsize ch_base64_decode(ChBase64 *state, const char *in, gsize length, guint8 *out);
/* What is left of a group that was never completed: at most two bytes. */
gsize ch_base64_finish(ChBase64 *state, guint8 *out);

/* attachment.c */

/* Decodes PART. Of the result, at most KEEP bytes are returned; *SIZE (may be NULL) is the whole size, SHA256
 * (may be NULL) the digest of the whole. Never NULL. */
GByteArray *ch_part_decode(GMimeObject *part, gsize keep, guint64 *size, char sha256[65]);
/* Describes PART, whose number is NUMBER. */
ChAttachment *ch_attachment_describe(GMimeObject *part, const char *number, gboolean is_inline,
                                     const ChLimits *limits, const char *const *types);
/* The name that PART gives to its file, decoded, not made safe; NULL where it gives none. */
char *ch_part_filename(GMimeObject *part);

/* html.c */

/* Readable text of an HTML document in UTF-8. Never NULL. MARKS (of ChCut, may be NULL): appended, in order
 * and not overlapping, the stretches of the result that the markup calls a quote (what a client puts around
 * the mail that is answered, with the line that introduces it where the markup holds both; a forward is none)
 * or a signature. Where the element has lines of its own, and nearly all have, a stretch begins where its
 * first line does, before any ">", and ends before the line end of its last; pieces of one quote with nothing
 * between are one stretch, those between which somebody answers are several. Outlook frames a forward as it
 * frames an answer: there the subject must tell. */
char *ch_html_to_text(const char *html, gsize length, GArray *marks);

/* quote.c */

/* Finds the cuts of MAIL->text and fills cuts and reply (P9). MARKS: as ch_walk fills them. */
void ch_quote_cut(ChMail *mail, const GArray *marks);
