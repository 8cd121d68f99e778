# SPDX-License-Identifier: GPL-3.0-or-later
# Embeds SQL in C. mode=queries: blocks headed "-- name: NAME" become the enum ChQuery and a table of
# {name, sql}. mode=migrations: each file becomes one string, in name order.
function quote(line) { gsub(/\\/, "\\\\", line); gsub(/"/, "\\\"", line); return "    \"" line "\\n\"" }
BEGIN {
    note = "/* Made by sql/embed.awk; edit sql/ instead. */"
    if (mode == "queries") {
        print note "\n#pragma once\n\ntypedef enum {" > header
        print note "\n#include \"queries.h\"\n\nconst ChQueryText ch_query_texts[CH_QUERY_COUNT] = {" > source
    } else
        print note "\nextern const char *const ch_migrations[];\nextern const unsigned ch_migration_count;\n\nconst char *const ch_migrations[] = {" > source
}
mode == "migrations" && FNR == 1 { if (count++) print "    ," > source }
mode == "migrations" { print quote($0) > source; next }
/^-- name: / {
    if (open) print "    }," > source
    name = $3
    if (name in seen) { print FILENAME ":" FNR ": query " name " stands twice" > "/dev/stderr"; failed = 1; exit 1 }
    seen[name] = 1
    print "    CH_QUERY_" toupper(name) "," > header
    print "    {\"" name "\"," > source
    open = 1
    next
}
/^--/ || /^[ \t]*$/ { next }
!open { print FILENAME ":" FNR ": SQL before the first -- name: line" > "/dev/stderr"; failed = 1; exit 1 }
{ print quote($0) > source }
END {
    if (failed) exit 1
    if (mode == "queries") {
        if (open) print "    }," > source
        print "};" > source
        print "    CH_QUERY_COUNT,\n} ChQuery;\n\ntypedef struct {\n    const char *name;\n    const char *sql;\n} ChQueryText;\n\nextern const ChQueryText ch_query_texts[CH_QUERY_COUNT];" > header
    } else
        print "};\n\nconst unsigned ch_migration_count = sizeof ch_migrations / sizeof *ch_migrations;" > source
}
