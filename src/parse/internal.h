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
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GMimeDataWrapper, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GMimeContentType, g_object_unref)

/* Adds a warning to MAIL unless the same one stands there. */
void ch_parse_warn(ChMail *mail, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The MIME tree of LENGTH bytes of a mail or of a part, from g_malloc, which it takes. NULL where there is
 * none. */
GMimeObject *ch_parse_tree(char *bytes, gsize length);

/* deadline.c */

/* This thread begins to read a mail, which may take SECONDS of processor time. */
void ch_deadline_begin(guint seconds);
/* Whether that time is over; cheap enough for each line: it looks at the clock once in 64 STEPS, as many as
 * the caller says that it has done. FALSE where no mail is being read. */
gboolean ch_deadline_passed(guint steps);
#define CH_DEADLINE_NOW 64 /* steps: look at once */
/* The mail is read: whether somebody saw that its time was over. */
gboolean ch_deadline_end(void);

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
/* Each byte of TEXT that is no UTF-8 becomes '?', in place. Returns TEXT. */
char *ch_text_mend(char *text);
/* The bytes of TEXT, valid UTF-8, up to LIMIT or the last whole character before it. */
gsize ch_text_span(const char *text, gsize limit);
/* Cuts TEXT there. */
void ch_text_cut(char *text, gsize limit);
gboolean ch_text_is_blank(const char *text);

/* guess.c */

/* The charset that bytes which are not UTF-8 are in, where that is all but certain (Cyrillic, Chinese,
 * Japanese, Korean, Western languages under DOS); NULL otherwise: windows-1252 is the best guess then. */
const char *ch_guess_charset(const char *bytes, gsize length);
/* Whether BYTES can be words of a Western language in a code page of DOS. */
gboolean ch_guess_may_be_dos(const char *bytes, gsize length);
/* The charset of the ISO 2022 family whose escapes stand in BYTES; NULL where there are none. */
const char *ch_guess_stateful(const char *bytes, gsize length);
/* TEXT, valid UTF-8, as it was before it was taken for windows-1252 and made UTF-8 again ("Ã§Ã£o"); NULL
 * where not all that is beyond ASCII in it says so. Free with g_free. */
char *ch_guess_undo_twice(const char *text);

/* japanese.c */

/* LENGTH bytes of ISO-2022-JP as *SHIFTED bytes of Shift_JIS; half a character is left out. Free with g_free.
 */
char *ch_japanese_as_shift_jis(const char *bytes, gsize length, gsize *shifted);

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

/* date.c */

/* VALUE, the unfolded value of a Date field, also in the forms that programs write instead; NULL where it is
 * none. The caller unrefs. */
GDateTime *ch_date_read(const char *value);

/* headers.c */

/* Fills everything of MAIL that stands in the header block of TOP. */
void ch_headers_read(ChMail *mail, GMimeObject *top, const ChLimits *limits);
/* Gives TO, which takes the place of FROM, the fields of FROM that do not describe its body. */
void ch_headers_copy(GMimeObject *from, GMimeObject *to);

/* walk.c */

/* One mail's MIME tree while it is read. */
typedef struct {
    ChMail *mail;
    const ChLimits *limits;
    guint parts;       /* leaves seen while listing files */
    guint texts;       /* leaves seen while gathering text */
    guint opened;      /* containers that were opened */
    char *inner;       /* the words inside a winmail.dat, for a mail that has no other; or NULL */
    GMimeObject *body; /* the first leaf: text even where it has a file name */
    GArray *marks;     /* of ChCut, as ch_walk */
    GMimeObject *top;
    GHashTable *references; /* Content-IDs that the HTML shows; NULL until the first image asks */
    gboolean has_html;      /* there is HTML; known with references */
} ChWalk;

guint ch_walk_depth(const ChWalk *walk); /* how deep parts may be nested */
gboolean ch_walk_is_type(GMimeObject *part, const char *type, const char *subtype); /* "*": any */
/* Whether PART is words of the mail itself. */
gboolean ch_walk_is_text(const ChWalk *walk, GMimeObject *part);

/* Fills text and attachments of MAIL from the MIME tree below TOP. MARKS (of ChCut) gets the stretches of
 * text that the mail's own markup calls a quote or a signature, in order, not overlapping. */
void ch_walk(ChMail *mail, GMimeObject *top, const ChLimits *limits, GArray *marks);
/* The part that has this number, or NULL. Borrowed from TOP. *REST: what the number has behind a '/' that no
 * part of the tree answers to: a file inside it; NULL where nothing is left. */
GMimeObject *ch_walk_find(GMimeObject *top, const char *number, const char **rest);
/* What stands inside PART where it is a signed S/MIME mail, borrowed; NULL where it is none, cannot be read,
 * or enough were opened (P13). */
GMimeObject *ch_walk_inside(ChWalk *walk, GMimeObject *part);

/* inline.c */

/* Whether PART is an image that the text shows: one that its HTML refers to, or, where there is no HTML, one
 * of a multipart/related (RELATED) that is not called an attachment. */
gboolean ch_inline_is(ChWalk *walk, GMimeObject *part, gboolean related);

/* body.c */

/* Fills text of the walk's mail, and its marks. */
void ch_body_read(ChWalk *walk, GMimeObject *top);

/* rtf.c */

/* Whether BYTES begin as RTF does. */
gboolean ch_rtf_is(const char *bytes, gsize length);
/* The words of RTF, valid UTF-8 with LF line ends; NULL where it is none. Free with g_free. */
char *ch_rtf_to_text(const char *bytes, gsize length);

/* flowed.c, enriched.c, calendar.c: other forms of text. TEXT is valid UTF-8 with LF line ends, the result is
 * too. */

/* Text in format=flowed, each paragraph on one line, quotes marked with "> " (RFC 3676). DELSP: its DelSp
 * parameter says "yes". */
char *ch_flowed_to_text(const char *text, gboolean delsp);
/* text/enriched (RFC 1896); text/richtext (RFC 1341) where RICH. */
char *ch_enriched_to_text(const char *text, gboolean rich);
/* The first event of an iCalendar object (RFC 5545) in a few lines of English; NULL where there is none. */
char *ch_calendar_to_text(const char *text);

/* boundary.c */

/* TOP as its body says that it is, where its header lost the boundary; else TOP. Takes the reference to TOP.
 * The same for the same bytes: part numbers depend on it. */
GMimeObject *ch_boundary_restore(GMimeObject *top);

/* head.c */

/* Where the header block ends: the offset of the first empty line, or LENGTH. */
gsize ch_head_end(const char *bytes, gsize length);
/* The first line of a header block from START to END that is none of its fields, where words stand without
 * an empty line above; NULL where there is none, or fields follow it. */
const char *ch_head_words(const char *start, const char *end);
/* Whether a From stands below a line of the header block from START to END that is none of its fields: a mail
 * server that takes that line for the first of the text has not seen this From, nor what is above it. */
gboolean ch_head_is_doubtful(const char *start, const char *end);

/* mend.c */

/* Sets type, encoding and content of the parts below TOP that say what they are in other words than those
 * of the standard. The same for the same bytes. */
void ch_mend(GMimeObject *top);

/* uuencode.c */

/* TOP with each text/plain part that holds uuencoded files replaced by a multipart/mixed of its words and
 * these files. Takes the reference to TOP and returns it, or one to a new top. The same for the same bytes:
 * part numbers depend on it. */
GMimeObject *ch_uuencode_unfold(GMimeObject *top);

/* report.c */

/* Fills bounces and returned_id of MAIL, and is_report and report_type of a report whose MIME is broken.
 * After ch_headers_read and ch_walk. */
void ch_report_read(ChMail *mail, GMimeObject *top, const ChLimits *limits);

/* machine.c */

/* Fills of MAIL what the fields of TOP's header block say of the program that wrote it: automatic, bulk,
 * other_desk, invitation_reply, loop_marks. */
void ch_machine_read(ChMail *mail, GMimeObject *top);
/* The name of a mail program that people write with stands in TOP's header block. */
gboolean ch_machine_is_client(GMimeObject *top);

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

/* base64_words.c */

/* LENGTH bytes of text in base64 between whose lines words stand as they are, decoded, the words left in
 * their places: *DECODED bytes. NULL where all of it is base64. Free with g_free. */
char *ch_base64_with_words(const char *bytes, gsize length, gsize *decoded);

/* tnef.c */

#define CH_TNEF_SIGNATURE 0x223e9f78u

typedef struct {
    char *name; /* safe; NULL where it has none */
    char *type; /* as declared, lower case; NULL where nothing is */
    gboolean is_inline;
    GBytes *bytes;
} ChTnefFile;

typedef struct {
    GPtrArray
        *files;     /* of ChTnefFile, in order, those of mails inside after it; number 1 is "2/1" of part 2 */
    char *text;     /* the words of the mail; NULL: none */
    gboolean whole; /* FALSE: some of it could not be read */
} ChTnef;

/* Whether PART says that it is such a container. */
gboolean ch_tnef_is(GMimeObject *part);
/* Never NULL. */
ChTnef *ch_tnef_open(GMimeObject *part);
void ch_tnef_free(ChTnef *tnef);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChTnef, ch_tnef_free)
/* The file with NUMBER ("1") of PART; NULL where there is none. The caller unrefs. */
GBytes *ch_tnef_cut(GMimeObject *part, const char *number);

/* tnef_rtf.c: the words of a compressed RTF (MS-OXRTFCP), valid UTF-8 with LF line ends; NULL where it is
 * none. Free with g_free. */
char *ch_tnef_rtf(const guint8 *bytes, gsize length);

/* attachment.c */

/* The value of the field NAME in PART's header as it stands there, or NULL. Borrowed. */
const char *ch_part_header(GMimeObject *part, const char *name);
/* The bytes of PART where they stand in the mail, not decoded. */
const char *ch_part_encoded(GMimePart *part, gsize *length);

/* LENGTH bytes, from g_malloc, which it takes. Whole mails are held in it: none is copied without need (P13).
 */
GMimeStream *ch_part_stream(char *bytes, gsize length);
/* Gives PART other bytes, which it takes, in ENCODING. */
void ch_part_fill(GMimePart *part, char *bytes, gsize length, GMimeContentEncoding encoding);
/* Decodes PART. Of the result, at most KEEP bytes are returned; *SIZE (may be NULL) is the whole size, SHA256
 * (may be NULL) the digest of the whole. Never NULL, nor is its data. */
GByteArray *ch_part_decode(GMimeObject *part, gsize keep, guint64 *size, char sha256[65]);
/* Describes FILE of a container, whose number is NUMBER. */
ChAttachment *ch_attachment_of_tnef(const ChTnefFile *file, const char *number);
/* Describes PART, whose number is NUMBER. CHARSET: of the mail's text, for names in raw bytes; may be NULL.
 */
ChAttachment *ch_attachment_describe(GMimeObject *part, const char *number, gboolean is_inline,
                                     const char *charset);

/* filename.c */

/* The name of the file that PART is: what it says itself, made safe; else its description, or the subject of
 * a forwarded mail; else its Content-ID or Content-Location, where that is made of a name; else its number,
 * "part-2.pdf". Never NULL. */
char *ch_filename(GMimeObject *part, const char *number, const char *type, const char *content_type,
                  const char *charset);
/* The name that PART gives to its file, decoded, not made safe; NULL where it gives none. */
char *ch_part_filename(GMimeObject *part, const char *charset);
/* NAME, which it takes, without path, control characters, leading dots and names of devices, and bounded.
 * NULL where nothing is left. */
char *ch_filename_safe(char *name);
/* "part-1.2.png" for a part that has no name. */
char *ch_filename_default(const char *number, const char *type);

/* param.c */

/* The parameter NAME of a raw Content-Type or Content-Disposition, decoded; NULL where there is none.
 * CHARSET: of raw bytes that are no UTF-8; may be NULL. */
char *ch_param_read(const char *raw, const char *name, const char *charset);

/* content_type.c */

/* How many of a file's first bytes are looked at. */
#define CH_CONTENT_HEAD 8192
/* The type that BYTES have by themselves; "" where that cannot be told, or they are plain text. */
char *ch_content_type(const guint8 *bytes, gsize length);

/* crypto.c */

gboolean ch_crypto_is_signature(GMimeObject *part);
/* Whether PART is encrypted, or says how its neighbour is. */
gboolean ch_crypto_is_sealed(GMimeObject *part);
/* The tree inside an S/MIME part that is signed as a whole; it lives as long as PART. NULL: there is none. */
GMimeObject *ch_crypto_open(GMimeObject *part);
/* The same, where it was opened before. */
GMimeObject *ch_crypto_opened(GMimeObject *part);

/* armour.c */

/* Takes OpenPGP's frames and encrypted blocks out of TEXT, in place; a frame without an end stays. TRUE where
 * a block was encrypted. */
gboolean ch_armour_strip(char *text);

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

/* quote_header.c */

/* Which field of a mail's header TEXT (UTF-8) begins with, as a client shows it ("From:", "De:"), as a bit;
 * 0: none. */
guint ch_quote_field(const char *text);
/* Whether the bits of FIELDS, seen in TEXT among SHOWN bold words with a colon, are those of a mail: two,
 * with an address or a whole date, or who and what about. */
gboolean ch_quote_fields_of_mail(guint fields, guint shown, const char *text);

/* quote_match.c */

/* Finds the cuts of MAIL anew, as ch_parse_answered does, knowing the COUNT mails of ours below TOPS. */
void ch_quote_match(ChMail *mail, GMimeObject *const *tops, guint count);
