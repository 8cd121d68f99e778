/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the subject and the sender of a mail say of a delivery report, in the languages that servers speak.
 * The words inside are bounce_words.c's; whether all that makes a report, report.c says.
 */
#include "parse/bounce.h"

#include <string.h>

#define F CH_WORDS_FAILED
#define D CH_WORDS_DELAYED

static const struct {
    const char *words; /* folded */
    guint bits;
} subjects[] = {
    {"undeliver", F},
    {"undelivrable", F},
    {"delivery status notification", F},
    {"delivery notification", F},
    {"delivery failure", F},
    {"delivery failed", F},
    {"delivery has failed", F},
    {"delivery error", F},
    {"delivery problem", F},
    {"delivery report", F},
    {"delivery unsuccessful", F},
    {"mail delivery", F},
    {"failed delivery", F},
    {"failure notice", F},
    {"failure delivery", F},
    {"failed mail", F},
    {"mail failure", F},
    {"mail error", F},
    {"mail system error", F},
    {"returned mail", F},
    {"returned to sender", F},
    {"returned email", F},
    {"rejected mail", F},
    {"message rejected", F},
    {"message not delivered", F},
    {"message undeliver", F},
    {"could not be delivered", F},
    {"couldn't be delivered", F},
    {"not delivered", F},
    {"non delivery", F},
    {"non-delivery", F},
    {"nondeliver", F},
    {"nao entregue", F},
    {"nao entregavel", F},
    {"nao e possivel entregar", F},
    {"nao foi possivel entregar", F},
    {"falha na entrega", F},
    {"falha no envio", F},
    {"falha de entrega", F},
    {"notificacao de status de entrega", F},
    {"notificacao de falha", F},
    {"notificacao de nao entrega", F},
    {"aviso de falha", F},
    {"mensagem devolvida", F},
    {"e-mail devolvido", F},
    {"email devolvido", F},
    {"no se puede entregar", F},
    {"no se pudo entregar", F},
    {"no se ha podido entregar", F},
    {"no entregado", F},
    {"no entregable", F},
    {"error de entrega", F},
    {"error en la entrega", F},
    {"notificacion de estado de entrega", F},
    {"unzustellbar", F},
    {"nicht zugestellt", F},
    {"nicht zustellbar", F},
    {"zustellung fehlgeschlagen", F},
    {"zustellfehler", F},
    {"benachrichtigung uber den zustellungsstatus", F},
    {"fehlgeschlagene zustellung", F},
    {"non remis", F},
    {"non distribue", F},
    {"non delivre", F},
    {"echec de la remise", F},
    {"echec de remise", F},
    {"notification d'etat de remise", F},
    {"notification d'echec", F},
    {"non recapita", F},
    {"non consegnat", F},
    {"mancato recapito", F},
    {"mancata consegna", F},
    {"impossibile recapitare", F},
    {"onbestelbaar", F},
    {"niet bezorgd", F},
    {"banned contents", F},
    {"virus in mail from you", F},
    {"недостав", F},
    {"не доставлен", F},
    {"не удается доставить", F},
    {"не удалось доставить", F},
    {"не вдалося доставити", F},
    {"退信", F},
    {"配信", F},
    {"送信てきません", F},
    {"送信不能", F},
    {"未傳遞", F},
    {"无法投递", F},
    {"无法送达", F},
    {"未送达", F},
    {"投递失败", F},
    {"배달되지 않음", F},
    {"배달할 수 없", F},
    {"배달 실패", F},
    {"전송 실패", F},
    {"반송", F},
    {"kan inte leverera", F},
    {"gar inte att leverera", F},
    {"olevererbar", F},
    {"kan ikke levere", F},
    {"ikke leveret", F},
    {"ikke levert", F},
    {"toimittaminen ei onnistu", F},
    {"toimittamatta", F},
    {"niedostarcz", F},
    {"nie mozna dostarczyc", F},
    {"nedorucitel", F},
    {"nelze dorucit", F},
    {"kezbesithetetlen", F},
    {"nelivrabil", F},
    {"imposibil de livrat", F},
    {"teslim edilemedi", F},
    {"teslim edilemiyor", F},
    {"δεν ειναι δυνατη η παραδοση", F},
    {"error sending your mail", F},
    {"ndn:", F},
    {"delayed", D},
    {"(delay)", D},
    {"delivery delay", D},
    {"delay notification", D},
    {"delayed mail", D},
    {"still being retried", D},
    {"warning: could not send message for past", D},
    {"warning: message delayed", D},
    {"delivery temporarily suspended", D},
    {"still undelivered", D},
    {"entrega atrasada", D},
    {"mensagem atrasada", D},
    {"atraso na entrega", D},
    {"entrega con retraso", D},
    {"entrega retrasada", D},
    {"zustellung verzogert", D},
    {"verzogerte zustellung", D},
    {"remise differee", D},
    {"remise retardee", D},
    {"recapito ritardato", D},
    {"bezorging vertraagd", D},
    {"vertraagde bezorging", D},
    {"доставка отложена", D},
    {"доставка задерж", D},
    {"opoznione dostarcz", D},
    {"fordrojd leverans", D},
    {"forsinket levering", D},
    {"配信遅延", D},
    {"配信の遅延", D},
    {"배달 지연", D},
    {"传递延迟", D},
    {"傳遞延遲", D},
};

guint ch_bounce_subject(const char *folded)
{
    static const char *const forwards[] = {
        "fwd:", "fw:", "enc:", "wg:", "tr:", "i:", "rv:", "doorst:", "encaminhada:"};
    static const char *const replies[] = {
        "re:", "re :", "res:", "aw:", "antw:", "sv:", "vs:", "r:", "odp:", "回复:", "答复:", "回覆:"};
    guint bits = 0;
    for (guint i = 0; i < G_N_ELEMENTS(forwards); i++)
        if (g_str_has_prefix(folded, forwards[i]))
            bits |= CH_WORDS_PERSON;
    for (guint i = 0; i < G_N_ELEMENTS(replies); i++)
        if (g_str_has_prefix(folded, replies[i]))
            bits |= CH_WORDS_REPLY;
    for (guint i = 0; i < G_N_ELEMENTS(subjects); i++)
        if (strstr(folded, subjects[i].words))
            bits |= subjects[i].bits;
    return bits;
}

guint ch_bounce_daemon(const char *local_part, const char *name)
{
    static const char *const sure[] = {"mailer-daemon", "mail-daemon",  "mailerdaemon",  "maildaemon",
                                       "mailer_daemon", "maildelivery", "mail-delivery", "mmdf"};
    static const char *const probable[] = {"postmaster",   "post_master", "mdaemon", "bounce",
                                           "bounces",      "bounced",     "ndr",     "mail.system",
                                           "mailsystem",   "mail-system", "smtpd",   "mta",
                                           "emailgateway", "virusalert",  "amavis",  "antivirus"};
    static const char *const names[] = {"mail deliver",
                                        "maildeliver",
                                        "mailer-daemon",
                                        "mailer daemon",
                                        "delivery subsystem",
                                        "delivery system",
                                        "delivery service",
                                        "mail administrator",
                                        "mail system",
                                        "system administrator",
                                        "systemadministrator",
                                        "postmaster",
                                        "administrador do sistema",
                                        "administrador del sistema",
                                        "administrateur systeme",
                                        "amministratore di sistema",
                                        "systeembeheerder",
                                        "microsoft outlook",
                                        "system attendant",
                                        "content filter",
                                        "content-filter"};
    for (guint i = 0; i < G_N_ELEMENTS(sure); i++)
        if (!strcmp(local_part, sure[i]))
            return 3;
    if (g_str_has_prefix(local_part, "microsoftexchange"))
        return 3;
    for (guint i = 0; i < G_N_ELEMENTS(probable); i++)
        if (!strcmp(local_part, probable[i]))
            return 2;
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (strstr(name, names[i]))
            return 2;
    return 0;
}

gboolean ch_bounce_is_personal(const char *name)
{
    static const char *const programs[] = {"mail",    "server",  "system",  "admin", "delivery",
                                           "daemon",  "filter",  "gateway", "notif", "service",
                                           "support", "suporte", "/"};
    for (guint i = 0; i < G_N_ELEMENTS(programs); i++)
        if (strstr(name, programs[i]))
            return FALSE;
    return strchr(name, ' ') && ch_bounce_daemon("", name) == 0;
}
