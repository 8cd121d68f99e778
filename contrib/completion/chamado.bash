# SPDX-License-Identifier: GPL-3.0-or-later
# bash completion for chamado(1). Install as /usr/share/bash-completion/completions/chamado,
# or `source` it. It needs nothing but bash.

_chamado() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local sections='desk.name desk.prefix desk.domain desk.language desk.admins desk.reopen_days desk.digest_hour registration.mails
        registration.bytes registration.per_day registration.remind registration.expire registration.retain
        budgets.address budgets.ticket budgets.agent budgets.desk budgets.strangers web.host web.port web.url web.fields
        web.required web.colour web.logo web.proxies web.requests web.connections web.timeout smtp.host
        smtp.port smtp.tls smtp.ca_file smtp.allow_plain smtp.user smtp.connections smtp.timeout
        smtp.retry_days limits.mail_bytes limits.attachment_bytes limits.header_bytes limits.text_bytes
        limits.parts limits.depth limits.recipients limits.batch_mails limits.batch_bytes
        limits.memory_bytes attachments.types trust.authserv_id trust.key_days paths.state paths.templates paths.rules'
    COMPREPLY=()

    # What an option wants after it.
    case $before in
    -c)
        _chamado_files "$word"
        return
        ;;
    -o)
        compopt -o nospace
        mapfile -t COMPREPLY < <(compgen -S = -W "$sections" -- "$word")
        return
        ;;
    esac

    # The words so far that are not options: subcommand and action.
    local command='' action='' skip='' i
    for ((i = 1; i < COMP_CWORD; i++)); do
        if [[ -n $skip ]]; then
            skip=''
        elif [[ ${COMP_WORDS[i]} == -[co] ]]; then
            skip=1
        elif [[ ${COMP_WORDS[i]} == = ]]; then
            skip=1 # readline parts section.key=value at the sign
        elif [[ ${COMP_WORDS[i]} != -* ]]; then
            if [[ -z $command ]]; then
                command=${COMP_WORDS[i]}
            elif [[ -z $action ]]; then
                action=${COMP_WORDS[i]}
            fi
        fi
    done

    local options='--help' words=''
    case $command in
    '')
        options='-c -o --json --debug --help --version'
        words='serve web poll deliver explain rules ticket people held queue keys verify config'
        ;;
    explain)
        if [[ $word != -* ]]; then
            _chamado_files "$word"
            return
        fi
        options='--json --help'
        ;;
    rules)
        if [[ -n $action && $word != -* ]]; then
            _chamado_files "$word"
            return
        fi
        [[ -z $action ]] && words='check test fmt replay stats'
        case $action in
        check) options='--json --help' ;;
        test) options='--all --rules --json --help' ;;
        fmt) options='--write --check --json --help' ;;
        esac
        ;;
    poll)
        options='--no-send --help'
        ;;
    ticket)
        [[ -z $action ]] && words='list show close reopen merge'
        options='--all --full --limit --json --help'
        ;;
    people)
        [[ -z $action ]] && words='list show validate unmark block unblock blocklist alias merge forget'
        case $action in
        list) options='--pending --limit --json --help' ;;
        show) options='--limit --json --help' ;;
        blocklist) options='--json --help' ;;
        forget) options='--yes --help' ;;
        esac
        ;;
    held)
        [[ -z $action ]] && words='list release drop'
        [[ -z $action || $action == list ]] && options='--department --ignored --quarantined --limit --json --help'
        ;;
    keys)
        [[ -z $action ]] && words='list rotate'
        case $action in
        list) options='--json --help' ;;
        rotate) options='--days --help' ;;
        esac
        ;;
    verify)
        options='--json --help'
        ;;
    queue)
        [[ -z $action ]] && words='list show retry drop'
        options='--json --help'
        ;;
    config)
        [[ -z $action ]] && words='check show'
        ;;
    esac
    if [[ $word == -* ]]; then
        words=$options
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

_chamado_files() {
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -f -- "$1")
}

complete -F _chamado chamado
