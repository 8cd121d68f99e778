" SPDX-License-Identifier: GPL-3.0-or-later
" Vim syntax of chamado-rules(5). Copy contrib/vim/* into ~/.vim.
" tests/unit/test_rules_words.c compares the words with the language's own table.
if exists('b:current_syntax')
  finish
endif

syntax case match
" words hold a hyphen or a dot: no-ack, cliente.example
syntax iskeyword @,48-57,_,-,.,192-255

syntax keyword chamadoStatement match define include test
syntax keyword chamadoTest mail expect only nothing date
syntax keyword chamadoOperator and or not any all of in is begins ends with matches exists at least per name type
" `syntax keyword` takes these two for options of its own.
syntax match chamadoOperator /\<contains\>/
syntax keyword chamadoCondition from to cc recipient domain subject body header company attachment attachments size
syntax keyword chamadoCondition spam rate evidence kind customer language department ticket time weekday holiday
syntax keyword chamadoAction priority tag field assign watch notify refer title template hold ignore quarantine
syntax keyword chamadoAction refuse-attachment no-ack due set-header stop
syntax keyword chamadoValue low normal high urgent least-busy round-robin claim token person auto-reply bounce delay list
syntax keyword chamadoValue loop report active pending unknown new open closed mon tue wed thu fri sat sun hour day

syntax match chamadoArrow /->/
syntax match chamadoNumber /\<\d\+\(\.\d\+\)\?[KMGsmhdw]\?\>/
syntax match chamadoNumber /\<\d\d\?:\d\d\>/
syntax match chamadoNumber /\<\d\{4}-\d\d-\d\d\>/
syntax match chamadoCapture /\$\(\$\|\w\+\|{\w\+}\)/ contained
syntax match chamadoEscape /\\["\\nt]/ contained
syntax region chamadoString start=/"/ skip=/\\./ end=/"/ oneline contains=chamadoCapture,chamadoEscape
syntax match chamadoRegex /\/\%(\\.\|\[\%(\\.\|[^\]\\]\)*\]\|[^\/\\[]\)\+\/[imsx]*/ contains=chamadoGroup
syntax match chamadoGroup /(?<\w\+>/ contained
syntax match chamadoComment /#.*$/

highlight default link chamadoStatement Statement
highlight default link chamadoTest Statement
highlight default link chamadoOperator Operator
highlight default link chamadoCondition Identifier
highlight default link chamadoAction Function
highlight default link chamadoValue Constant
highlight default link chamadoArrow Operator
highlight default link chamadoNumber Number
highlight default link chamadoString String
highlight default link chamadoEscape SpecialChar
highlight default link chamadoCapture Special
highlight default link chamadoRegex Special
highlight default link chamadoGroup Identifier
highlight default link chamadoComment Comment

let b:current_syntax = 'chamado-rules'
