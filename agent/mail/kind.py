"""Says who wrote: a person, a mail system about delivery, an auto-responder, a list, or some other machine.

What a machine says of itself in a header counts first, in the words of the standards; subjects and sentences in many
languages are the weaker evidence and need company. A person who is taken for a robot is lost in silence, a robot that is
taken for a person is believed: so each rule names what it saw.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from agent.mail.message import Message

RETURN_HORIZON_DAYS = 400  # an absence that ends later is a reading error
WITHOUT_A_YEAR_DAYS = 300  # and a day without a year that is further off has just passed

_MACHINES = re.compile(r"^(?:mailer-?daemon|mail-?daemon|postmaster|mdaemon|mail(?:er)?|mail-?delivery|mailsystem|bounces?|mail\.delivery|microsoftexchange[0-9a-f]+|mdelivery|undeliverable|daemon|uucp|mmdf|smtp|double-bounce|mail-delivery-(?:system|subsystem))(?:[+\-._=][^@]*)?(?:@|$)", re.IGNORECASE)  # fmt: skip
_SYSTEM_NAMES = re.compile(r"mail(?:er)? ?delivery (?:sub)?system|mail delivery|mailer.?daemon|mail administrator|system administrator|internet mail delivery|postmaster|mail system|mail router|delivery (?:notification|reporter)|microsoft outlook\b.*|mail subsystem|system attendant|returned mail|mail-system|メール配信|システム管理者", re.IGNORECASE)  # fmt: skip
# These are looked for in what was written small: an expression that has to fold each letter itself takes six times as long.
_BOUNCE_SUBJECT = re.compile(
    r"undeliver|non.?deliver|not delivered|returned (?:mail|to sender|email|message)|return(?:ed)?:|delivery (?:status )?(?:notification|failure|failed|report|problem|error|has (?:failed|been)|incomplete|delayed|unsuccessful)|failure (?:notice|delivery)|mail (?:delivery )?(?:failed|failure|error|system error|could not|not delivered|returned|undelivered)|"
    r"mail delivery warning|message (?:status|delivery|could not|you sent|not delivered|undeliverable)|could ?n[o']t? (?:send|be delivered)|(?:un|non-?)successful (?:mail )?delivery|warning: (?:could not send|message)|nondeliverable|permanent (?:delivery )?(?:failure|fatal error)|bounce|rejected (?:mail|message|posting)|user unknown|unknown (?:user|address|recipient)|"
    r"invalid (?:address|recipient)|error sending|delivery to the following|failed:|failed mail|mail quota|over quota|mailbox (?:is )?full|unzustellbar|nicht zustellbar|zustellung|zustellbarkeit|fehler bei der|rückläufer|non remis|échec|echec|avis de non|message non|devuelto|no (?:se )?(?:ha )?(?:podido )?entreg|entrega|fallo|mancato recapito|mancata consegna|"
    r"onbestelbaar|niet (?:bezorgd|afgeleverd)|kunde inte|kunne ikke|går inte|olevererbart|ikke leveres|falha|devolvid|não (?:foi )?entreg|niedostarcz|nie dostarczono|zwrot|недоставлен|не доставлен|невозможно доставить|nedoručiteln|kézbesíthetetlen|teslim edilem|配信不能|配信できません|エラー|送信失敗|退信|退件|无法投递|無法傳送|投递失败|系统退信|배달|undelivrable",
)
_BOUNCE_WORDS = re.compile(
    r"could not be delivered|couldn'?t be delivered|was not delivered|undeliverable|not be able to deliver|unable to deliver|delivery (?:to the following|has failed|failed|attempts?)|user unknown|unknown user|no such (?:user|address|mailbox|recipient)|recipient (?:address )?rejected|mailbox (?:is )?(?:full|unavailable|not found|disabled|quota)|over ?quota|"
    r"does not (?:exist|have an? )|permanent (?:fatal )?error|returned (?:to (?:you|sender)|message)|message could not|did not reach|not reach the following|host (?:unknown|not found)|unrouteable|address(?:es)? (?:failed|had)|this is a permanent error|remote host said|smtp error|transcript of session|will be retried|has been (?:delayed|postponed)|not (?:yet )?been delivered|\b55[0-4][ -]\d?|\b5\.\d\.\d\b|"
    r"konnte nicht zugestellt|nicht zustellbar|n'a pas pu être|no se (?:ha )?pudo entregar|non è stato possibile|配信できません|存在しません|account (?:has been |is )?(?:disabled|closed|inactive)|failed permanently|the following address",
)
_AUTO_SUBJECT = re.compile(
    r"^\W*(?:\[[^\]]{1,40}\]\W*)?(?:(?:re|aw|sv|antw|fwd?)\s*:\s*)?(?:auto(?:matic|mated|matisch\w*)?[ -]?(?:reply|response|respon[ds]er|antwort|svar|reactie|generated)|automatisch antwoord|automatische (?:antwort|reactie|afwezigheid\w*|beantwortung)|autoreply|autoresponse|auto:|automat(?:ic|ed) (?:e-?mail )?(?:reply|response|message)|out[ -]of[ -](?:the[ -])?office|"
    r"abwesenheit\w*|abwesend\b|bin (?:bis|nicht)|außer haus|nicht im (?:büro|haus)|ich bin (?:im urlaub|derzeit nicht|nicht)|réponse automatique|absence du bureau|absent(?:e)? du bureau|message d'absence|absence\b|respuesta automática|respuesta automatica|fuera de (?:la )?oficina|ausente|resposta automática|fora do escritório|ausência|risposta automatica|fuori (?:sede|ufficio)|assenza|"
    r"afwezig|buiten kantoor|niet aanwezig|autosvar|automatiskt? svar|automatisk svar|frånvar\w*|fravær\w*|ikke på kontoret|poissa\b|automaattinen vastaus|autom\. ?odpowied|automatyczna odpowiedź|autoodpowiedź|nieobecność|poza biurem|automatická odpověď|mimo kancelář|nepřítomn\w*|automatikus válasz|távol\w*|otomatik yanıt|ofis dışında|автоответ|автоматический ответ|нет на месте|відсутн|"
    r"αυτόματη απάντηση|εκτός γραφείου|răspuns automat|自動応答|自動返信|不在|自动回复|自動回覆|外出|부재중|자동 ?(?:회신|응답)|תשובה אוטומטית|רad|رد تلقائي|away from (?:my|the) (?:office|mail|desk|email)|on (?:vacation|holiday|leave|annual leave|maternity leave|parental leave)\b|vacation (?:reply|notice|message|response)|i am (?:away|on|out)|holiday (?:reply|notice)|"
    r"please confirm your (?:message|email)|confirm your (?:email|message) to|verify your (?:email|message)|challenge|action required: confirm|ihre nachricht ist eingegangen|we(?:'ve| have) received your (?:message|email|request|enquiry|inquiry)|thank you for (?:your (?:message|email|e-mail|enquiry|inquiry)|contacting)|ticket received|your (?:message|request|email) (?:has been|was) received|acknowledg)",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"(?!\W*(?:re|aw|sv|antw|fwd?)\s*:)[^\n]{2,60} is (?:currently )?out of (?:the )?office\b", re.IGNORECASE
)  # Lotus Notes
# What only a machine says of its own message.
_ROBOT_WORDS = re.compile(
    r"this is an? (?:automat\w+|auto-?(?:generated)?) ?(?:reply|response|message|e-?mail|acknowledge?ment|notification)|(?:e-?mail|message|reply|response) (?:was|is|has been) (?:automatically|auto-?) ?(?:generated|sent)|diese (?:nachricht|e-?mail) (?:wurde|wird) automatisch|ce (?:message|courriel) (?:est|a été) (?:envoyé|généré) automatiquement|"
    r"este (?:mensaje|correo) (?:es|se ha generado) autom|esta (?:mensagem|resposta) é autom|messaggio (?:generato )?automatic|dit is een automatisch|detta är ett automatiskt|to (?:have your message|ensure) (?:delivered|delivery)[^.\n]{0,60}(?:click|reply)|"
    r"(?:click|reply)[^.\n]{0,80}to (?:prove|verify|confirm) (?:that )?you(?:'re| are)? (?:a )?(?:human|person|not)|自動(?:応答|返信)|自动回复",
)
# What an auto-responder says for its person; a person may say the same, so that it never counts in an answer to a letter.
_AWAY_WORDS = re.compile(
    r"(?:i am|i'm|i will be|i'll be) (?:currently )?(?:out of (?:the )?office|on (?:annual |maternity |parental |paternity |sick |study )?(?:leave|vacation|holiday)|away (?:from|until|on|and)|not in the office)|out of (?:the )?office (?:until|from|and|on|with)|no longer (?:works?|employed|with) (?:at|with|by|for|the company)|limited access to (?:my )?e-?mail|"
    r"ich bin [^\n]{0,40}(?:nicht im (?:büro|haus)|abwesend|im urlaub|außer haus|nicht erreichbar)|je suis (?:actuellement )?(?:absente?|en congés?)|estoy (?:actualmente )?(?:ausente|de vacaciones|fuera)|estar[eé] (?:fuera|ausente)|estou (?:ausente|de férias|fora)|"
    r"sono (?:attualmente )?(?:assente|in ferie|fuori)|ik ben [^\n]{0,30}(?:afwezig|met vakantie|niet (?:op kantoor|aanwezig))|jag är (?:för närvarande )?(?:på semester|bortrest|frånvarande|ledig)|jeg er (?:på ferie|ikke på kontoret|fraværende)|olen (?:lomalla|poissa)|jestem (?:nieobecn\w+|na urlopie)|przebywam na urlopie|(?:я )?(?:в отпуске|буду отсутствовать)|不在にして",
)
_NO_REPLY = re.compile(
    r"^(?:no-?_?\.?reply|do-?_?\.?not-?_?\.?reply|donotreply|auto-?reply|autorespond\w*|auto-?response|nobody|notifications?|automailer|bounce)\b",
    re.IGNORECASE,
)
_LIST_SENDER = re.compile(
    r"(?:^|[-+_.=])(?:owner|bounces?|request|return|returns|admin|errors?|list)(?:[-+_=.]|$)|^sentto-|^owner-|@(?:returns\.)?groups\.|@(?:lists?|listserv|mailman|googlegroups|yahoogroups|egroups|public\.gmane)\.|@vger\.",
    re.IGNORECASE,
)
_LIST_HEADERS = ("list-id", "list-post", "list-unsubscribe", "mailing-list", "x-mailing-list", "list-help", "list-subscribe", "list-archive", "x-mailman-version", "x-beenthere", "x-list", "x-loop-list", "x-egroups-return", "x-yahoogroups-newman-property", "x-listserver", "x-ml-name", "x-mlserver", "x-mail-list", "x-listname", "newsgroups", "x-gmane-newsgroups", "x-feedback-id-list", "x-thread-list", "x-list-id", "list-owner")  # fmt: skip
_AUTO_HEADERS = ("x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply", "x-auto-response", "x-autoreply-from", "x-mail-autoreply", "x-vacation", "x-autogenerated", "auto-submitted-by", "x-autoreply-domain", "x-facebook-notify-autoreply", "x-uol-challenge", "x-spamarrest-noauth", "x-bluebottle-request", "x-aol-autoreply", "x-opwv-autoreply")  # fmt: skip


class Kind(StrEnum):
    """Who wrote."""

    REPLY = "reply"  # a person, as far as one can see
    BOUNCE = "bounce"  # a mail system about the delivery of something
    AUTO_REPLY = "auto_reply"  # an auto-responder, or what asks us to prove that we are human
    LIST = "list"  # a mailing list or a newsletter
    OTHER = "other"  # a receipt, a complaint, a calendar answer


@dataclass(frozen=True, slots=True)
class Verdict:
    """The kind, and what it was seen by."""

    kind: Kind
    why: str


def kind_of(message: Message, mail_from: str) -> Verdict:
    """Who wrote this; `mail_from` is the envelope's sender, "" or "<>" for the null sender (RFC 5321 section 4.5.5)."""
    sender = mail_from.strip().strip("<>").strip()
    for rule in (_by_structure, _by_daemon, _by_headers, _as_list, _as_notice, _in_words):
        verdict = rule(message, sender)
        if verdict:
            return verdict
    return Verdict(Kind.REPLY, "nothing says otherwise")


def is_machines(mail_from: str) -> bool:
    """Whether no person's mail comes with this envelope sender, if it is not their address: the null sender, or a list's."""
    sender = mail_from.strip().strip("<>").strip()
    return not sender or _LIST_SENDER.search(sender) is not None


def _by_structure(message: Message, _: str) -> Verdict | None:
    """What the parts are (RFC 3462, 3464, 5965, 8098, 5546): nobody types these."""
    types = {p.type for p in message.parts} | {message.type}
    content = message.header("content-type").casefold()
    if types & {"message/feedback-report"} or "feedback-report" in content:
        return Verdict(Kind.OTHER, "feedback report (RFC 5965)")
    if types & {"message/disposition-notification"} or "disposition-notification" in content:
        return Verdict(Kind.OTHER, "disposition notification (RFC 8098)")
    if types & {"message/delivery-status", "message/global-delivery-status"} or (
        "multipart/report" in content and "delivery-status" in content
    ):
        return Verdict(Kind.BOUNCE, "delivery status (RFC 3464)")
    if _is_complaint(message, types):
        return Verdict(Kind.OTHER, "complaint")
    calendars = [p for p in message.parts if p.type in ("text/calendar", "application/ics")]
    sent = any("METHOD:REPLY" in said or ("METHOD:" in said and not (p.disposition == "attachment" and _is_answer(message))) for p in calendars for said in (p.text.upper(),))  # fmt: skip
    if sent or message.type == "text/calendar":  # what is only attached to an answer came with words
        return Verdict(Kind.OTHER, "calendar (RFC 5546)")
    return None


def _by_daemon(message: Message, _: str) -> Verdict | None:
    """A mail system wrote it and reports a failure, even where a list has passed it on."""
    address = message.froms[0][1] if message.froms else message.header("from")[:500].strip("<> ")
    if _is_auto_subject(message.subject) and not _is_failure_subject(message.subject):
        return None
    if re.match(r"mailer-?daemon\b", address, re.IGNORECASE):
        return Verdict(Kind.BOUNCE, "From: MAILER-DAEMON")
    if _MACHINES.match(address) and _is_failure_subject(message.subject) and _BOUNCE_WORDS.search(_opening(message)):
        return Verdict(Kind.BOUNCE, "a mail system reports a failure")
    if message.header("x-amz-sns-message-id") and re.search(
        r'notificationType[\\"\s]*:[\\"\s]*Bounce', message.text[:5_000]
    ):
        return Verdict(Kind.BOUNCE, "a sending service reports a failure")
    return None


def _is_auto_subject(subject: str) -> bool:
    return bool(_AUTO_SUBJECT.search(subject) or _AWAY.match(subject))


def _is_failure_subject(subject: str) -> bool:
    return _BOUNCE_SUBJECT.search(subject.lower()) is not None


def _is_complaint(message: Message, types: set[str]) -> bool:
    """Feedback loops that predate RFC 5965, and DMARC's aggregate reports (RFC 7489 section 7.2)."""
    if message.header("x-hmxmroriginalrecipient") or re.match(
        r"(?:complaint about message from|report domain:|abuse report|email feedback report|spam report)",
        message.subject,
        re.IGNORECASE,
    ):
        return True
    local = (message.froms[0][1] if message.froms else "").partition("@")[0].casefold()
    return local in ("complaints", "feedbackloop", "fbl", "abuse-report", "email-abuse", "scomp", "feedback-loop") or (
        local == "staff" and "message/rfc822" in types
    )


def _by_headers(message: Message, sender: str) -> Verdict | None:
    """What a machine says of itself (RFC 3834 section 5, and the customs before it)."""
    submitted = message.header("auto-submitted").partition(";")[0].strip().casefold()
    notice = _looks_like_notice(message, sender)
    if message.header("x-failed-recipients"):
        return Verdict(Kind.BOUNCE, "X-Failed-Recipients")
    if submitted and submitted != "no":
        return (
            Verdict(Kind.BOUNCE, "Auto-Submitted, and reports a failure")
            if notice and not _is_auto_subject(message.subject)
            else _auto_or_list(message, f"Auto-Submitted: {submitted}")
        )
    own = next((name for name in _AUTO_HEADERS if message.headers.get(name)), "")
    if own and message.header(own).strip().casefold() not in ("no", "false", "0"):
        return Verdict(Kind.AUTO_REPLY, own)
    precedence = message.header("precedence").strip().casefold().replace("-", "_")
    if precedence in ("auto_reply", "autoreply"):
        return Verdict(Kind.AUTO_REPLY, f"Precedence: {precedence}")
    if (
        message.header("preference").strip().casefold() in ("auto_reply", "autoreply")
        or message.header("delivered-to").casefold() == "autoresponder"
    ):
        return Verdict(Kind.AUTO_REPLY, "an auto-responder's header")
    if (
        message.header("x-post-messageclass")
        or "rules:ooftemplate" in message.header("x-microsoft-antispam-message-info").casefold()
    ):
        return Verdict(Kind.AUTO_REPLY, "out of office by Exchange")
    return None


def _auto_or_list(message: Message, why: str) -> Verdict:
    listed = message.header("list-id") or message.header("list-post") or message.header("x-mailing-list")
    return (
        Verdict(Kind.LIST, f"{why}, from a list")
        if listed and not (_is_auto_subject(message.subject) or _says_robot(message))
        else Verdict(Kind.AUTO_REPLY, why)
    )


def _as_list(message: Message, sender: str) -> Verdict | None:
    """What lists write into a header (RFC 2369, RFC 2919), and how they send."""
    if _is_auto_subject(message.subject) and not message.header("list-post"):
        return None
    seen = next((name for name in _LIST_HEADERS if message.headers.get(name)), "")
    if seen:
        return Verdict(Kind.LIST, seen)
    precedence = message.header("precedence").strip().casefold()
    if precedence in ("list", "bulk", "junk") and not _looks_like_notice(message, sender):
        if (
            precedence == "list"
            or _LIST_SENDER.search(sender)
            or _LIST_SENDER.search(message.header("sender").strip("<> "))
        ):
            return Verdict(Kind.LIST, f"Precedence: {precedence}")
        return Verdict(Kind.AUTO_REPLY if _says_robot(message) else Kind.LIST, f"Precedence: {precedence}")
    others = f"{message.header('sender')} {message.header('x-sender')} {message.header('errors-to')}"
    from_list = _LIST_SENDER.search(sender.partition("@")[0] + "@" + sender.partition("@")[2]) if sender else None
    if (
        from_list
        and not _looks_like_notice(message, sender)
        and sender.casefold() not in {a.casefold() for _, a in message.froms}
    ):
        return Verdict(Kind.LIST, f"sent by {sender.partition('@')[2] or sender}")
    if re.search(
        r"<?(?:owner-[\w.-]+|[\w.-]+-(?:owner|bounces?|admin|request))@", others, re.IGNORECASE
    ) and not _looks_like_notice(message, sender):
        return Verdict(Kind.LIST, "a list is its sender")
    return None


def _looks_like_notice(message: Message, sender: str) -> bool:
    """Whether a mail system seems to speak about delivery: its address or name, and its subject or sentences."""
    name, address = message.froms[0] if message.froms else ("", message.header("from")[:500])
    system = not sender or _MACHINES.match(sender) or _MACHINES.match(address) or _SYSTEM_NAMES.search(name or address)
    return bool(system) and bool(_is_failure_subject(message.subject) or _BOUNCE_WORDS.search(_opening(message)))


def _as_notice(message: Message, sender: str) -> Verdict | None:
    """Notices without structure: from a mail system, or with a copy of the mail and the words of a failure."""
    if _is_auto_subject(message.subject) and not _is_failure_subject(message.subject):
        return Verdict(Kind.AUTO_REPLY, "subject") if _as_robot(message, sender) else None
    if _looks_like_notice(message, sender):
        return Verdict(Kind.BOUNCE, "a mail system reports a failure")
    name, address = message.froms[0] if message.froms else ("", message.header("from")[:500])
    daemon = _MACHINES.match(address) and (_MACHINES.match(sender) or not sender)
    if daemon or (not sender and _SYSTEM_NAMES.search(name)):
        return Verdict(Kind.BOUNCE, "a mail system wrote it")
    returned = any(p.type in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers") for p in message.parts)
    answered = re.match(r"\s*(?:re|aw|sv|antw)\s*:", message.subject, re.IGNORECASE)
    failed = _is_failure_subject(message.subject)
    words = (failed or returned) and not answered and _BOUNCE_WORDS.search(_opening(message))
    if failed and words:
        return Verdict(Kind.BOUNCE, "subject and sentences of a failure")
    if message.type == "multipart/report" or (returned and words):
        return Verdict(Kind.BOUNCE, "a returned mail and sentences of a failure")
    return None


def _as_robot(message: Message, sender: str) -> bool:
    """A subject alone may be a person's ("Absence next week"): something else must say it too."""
    local = (message.froms[0][1] if message.froms else "").partition("@")[0]
    suppressed = message.header("x-auto-response-suppress")
    return bool(
        not sender
        or _NO_REPLY.match(local)
        or _says_robot(message)
        or suppressed
        or message.header("precedence")
        or not _is_answer(message)
        or _PLAIN_AUTO.search(message.subject)
    )


_PLAIN_AUTO = re.compile(r"^\W*(?:(?:re|aw)\s*:\s*)?(?:auto(?:matic|mated|matische)?[ -]?(?:reply|response|antwort|svar|reactie)|autoreply|automatische antwort|réponse automatique|respuesta automática|resposta automática|risposta automatica|automatisch antwoord|out of (?:the )?office|abwesenheitsn|自動応答|自动回复|автоответ)", re.IGNORECASE)  # fmt: skip


def _says_robot(message: Message) -> bool:
    opening = _opening(message)
    return bool(_ROBOT_WORDS.search(opening) or _AWAY_WORDS.search(opening))


def _is_answer(message: Message) -> bool:
    return bool(message.in_reply_to or message.references)


def _in_words(message: Message, sender: str) -> Verdict | None:
    """No header says it; a null sender, or sentences together with an address that takes no answers, do."""
    opening = _opening(message)
    if not sender:
        return (
            Verdict(Kind.AUTO_REPLY, "null sender")
            if not _BOUNCE_WORDS.search(opening)
            else Verdict(Kind.BOUNCE, "null sender, sentences of a failure")
        )
    local = (message.froms[0][1] if message.froms else "").partition("@")[0]
    machine = _NO_REPLY.match(local) or _NO_REPLY.match(sender) or message.header("x-auto-response-suppress")
    if _ROBOT_WORDS.search(opening[:1_500]) or (
        _AWAY_WORDS.search(opening[:1_500]) and (machine or not _is_answer(message))
    ):
        return Verdict(Kind.AUTO_REPLY, "sentences of an auto-responder")
    answers = _is_answer(message) or re.match(r"\s*\w{2,3}\s*:", message.subject)
    if message.header("x-auto-response-suppress").strip().casefold() == "all" and not answers:
        return Verdict(Kind.AUTO_REPLY, "wants no automatic answer, and answers nothing itself")
    return None


def _opening(message: Message) -> str:
    """The first words in small letters, where a notice says what it is; quoted lines are not its own words."""
    text = message.text if message.text.strip() else message.shown
    return "\n".join(line for line in text[:6_000].lower().split("\n") if not line.startswith(">"))


def returns(
    message: Message, now: datetime, parse: Callable[[str, datetime], date | None] | None = None
) -> date | None:
    """The day on which an auto-reply says that its person is back; None when it does not say so plainly."""
    text = " ".join(f"{message.subject}. {_opening(message)}".split())[:3_000]
    for found in _BACK.finditer(text):
        day = (parse or _parsed)(found["when"].strip(" ,.;"), now)
        horizon = RETURN_HORIZON_DAYS if re.search(r"\d{4}", found["when"]) else WITHOUT_A_YEAR_DAYS
        if day and 0 <= (day - now.date()).days <= horizon:
            return day
    return None


_DAY = r"(?P<when>(?:\w{2,12}\.?,? )?(?:the )?(?:\d{1,2}(?:st|nd|rd|th|\.|º|er)?(?: de| of)? ?[^\W\d]{3,12}\.?(?:,? (?:de )?\d{4})?|[^\W\d]{3,12}\.? \d{1,2}(?:st|nd|rd|th)?(?:,? \d{4})?|\d{1,4}[./-]\d{1,2}[./-](?:\d{2,4})?|\d{4}年\d{1,2}月\d{1,2}日|\d{1,2}月\d{1,2}日))"
_BACK = re.compile(
    rf"(?:\b(?:until|till|thru|through|back (?:in the office |at work )?(?:on|from)|return(?:ing|s)?(?: to (?:the office|work))?(?: on)?|be back(?: in the office)?(?: on)?|bis(?: einschließlich)?(?: zum| einschließlich)?|wieder (?:ab|am)|zurück (?:am|ab)|ab dem|jusqu'au|de retour le|hasta el|regreso el|vuelvo el|até|retorno (?:em|dia|a)|fino al|torno il|rientro il|tot(?: en met)?|terug op|till|till och med|tillbaka|til og med|tilbage|do(?: dnia)?|wracam|до|по)\s+{_DAY})",
    re.IGNORECASE,
)


def _parsed(words: str, now: datetime) -> date | None:
    """One date in any of many languages; the parser is large, so that it is loaded when the first is met."""
    import dateparser  # noqa: PLC0415 - 0.3 s to import, and only auto-replies need it

    settings: dict[str, object] = {
        "PREFER_DATES_FROM": "future",
        "RELATIVE_BASE": now.replace(tzinfo=None),
        "DATE_ORDER": "DMY",
        "REQUIRE_PARTS": ["day", "month"],
    }
    found = dateparser.parse(words, languages=_LANGUAGES, settings=settings)
    return found.date() if found else None


_LANGUAGES: Sequence[str] = ["en", "de", "fr", "es", "pt", "it", "nl", "sv", "da", "fi", "pl", "ru", "ja"]
