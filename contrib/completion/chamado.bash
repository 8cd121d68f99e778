# SPDX-License-Identifier: GPL-3.0-or-later
# bash completion for chamado(1). Install as /usr/share/bash-completion/completions/chamado,
# or `source` it. It needs nothing but bash.

_chamado() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local sections='desk.name desk.prefix desk.domain desk.language desk.admins desk.reopen_days desk.digest_hour registration.mails
        registration.bytes registration.per_day registration.remind registration.expire registration.retain
        budgets.address budgets.ticket budgets.agent budgets.desk budgets.strangers web.host web.port web.url web.fields
        web.required web.colour web.logo web.proxies web.requests web.connections web.timeout smtp.host
        smtp.port smtp.tls smtp.ca_file smtp.allow_plain smtp.user smtp.password smtp.password_command smtp.password_env
        smtp.password_file smtp.connections smtp.timeout
        smtp.retry_days limits.mail_bytes limits.attachment_bytes limits.header_bytes limits.text_bytes
        limits.parts limits.depth limits.recipients limits.parse_time limits.batch_mails limits.batch_bytes
        limits.memory_bytes attachments.types attachments.total attachments.count trust.authserv_id trust.key_days paths.state paths.templates paths.rules'
    COMPREPLY=()

    # What an option wants after it.
    case $before in
    -c | --config | --rules)
        _chamado_files "$word"
        return
        ;;
    -o | --option)
        compopt -o nospace
        mapfile -t COMPREPLY < <(compgen -S = -W "$sections" -- "$word")
        return
        ;;
    -n | --limit | --department | --days | --since)
        return
        ;;
    esac

    # The words so far that are not options: subcommand and action.
    local command='' action='' skip='' i
    for ((i = 1; i < COMP_CWORD; i++)); do
        if [[ -n $skip ]]; then
            skip=''
        elif [[ ${COMP_WORDS[i]} == @(-[con]|--config|--option|--rules|--limit|--department|--days|--since) ]]; then
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
        options='-c -o --config --option --json --debug --help --version'
        words='serve web poll deliver explain rules ticket people held queue keys status verify config'
        ;;
    explain)
        if [[ $word != -* ]]; then
            _chamado_files "$word"
            return
        fi
        options='--json --help'
        ;;
    rules)
        [[ -z $action ]] && words='check test fmt replay stats'
        case $action in
        check) options='--json --help' ;;
        test) options='--all --rules --json --help' ;;
        fmt) options='--write --check --json --help' ;;
        replay) options='--since --rules --json --help' ;;
        stats) options='--days --json --help' ;;
        esac
        if [[ $action == @(check|test|fmt) && $word != -* ]]; then
            _chamado_files "$word"
            return
        fi
        ;;
    poll)
        options='--no-send --help'
        ;;
    ticket)
        [[ -z $action ]] && words='list show close reopen merge'
        case $action in
        list) options='--all --limit --json --help' ;;
        show) options='--full --json --help' ;;
        esac
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
        [[ $action == list ]] && options='--department --ignored --quarantined --limit --json --help'
        ;;
    keys)
        [[ -z $action ]] && words='list rotate'
        case $action in
        list) options='--json --help' ;;
        rotate) options='--days --help' ;;
        esac
        ;;
    status | verify)
        options='--json --help'
        ;;
    queue)
        [[ -z $action ]] && words='list show retry drop'
        case $action in
        list) options='--all --json --help' ;;
        retry | drop) options='--all --help' ;;
        esac
        ;;
    config)
        [[ -z $action ]] && words='check show'
        options='--json --help'
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
