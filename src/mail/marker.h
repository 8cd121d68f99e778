/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line above which people answer; compose writes it, parse cuts there. Never needed, only a help. */
#pragma once

#define CH_MARKER_PT "— responda acima desta linha —"
#define CH_MARKER_EN "— reply above this line —"
