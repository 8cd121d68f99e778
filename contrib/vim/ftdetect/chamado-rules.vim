" SPDX-License-Identifier: GPL-3.0-or-later
" Files of rules of chamado(1). `setfiletype` leaves alone what another plugin has recognised already.
autocmd BufNewFile,BufRead *.rules if search('^\s*\(match\|define\|test\|include\)\>', 'nw') | set filetype=chamado-rules | endif
autocmd BufNewFile,BufRead */chamado/rules/*.rules set filetype=chamado-rules
