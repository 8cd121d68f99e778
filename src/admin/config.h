/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `chamado config check|show`: the configuration file, checked as a whole or shown as it is in force. */
#pragma once

#include "admin/admin.h"

/* What `chamado config --help` prints. */
extern const char ch_admin_config_help[];
