/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Named places on the path of a mail where a test may stop the program (the sanitised build only: the release
 * build has none). CHAMADO_SEAM=NAME kills the process with SIGKILL when it comes there; NAME:N at the Nth
 * time.
 */
#pragma once

#ifdef CH_SEAMS
void ch_seam(const char *name);
#else
#define ch_seam(name) ((void)0)
#endif
