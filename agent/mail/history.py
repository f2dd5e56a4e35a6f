"""Guesses which lines of a reply were not typed this time: quotes, what introduces them, signatures and footers.

Used for what is left when our own letters are subtracted. Each rule names what it saw, and when it is in doubt it keeps.
"""

import re
from collections.abc import Sequence

from agent.mail.ours import QUOTED

MOST_LINES = 3_000  # that are looked at: below lies history, or no answer that anybody typed
LONGEST_LINE = 2_000  # characters of a line that the expressions look at: nobody's attribution is longer
INTRODUCED_OVER = 4  # lines over which mail programs wrap an attribution
SIGNATURE_LINES = 12  # longer than that, it is no signature
FOOTER_LINES = 40
HEADERS_OVER = 40  # lines that are looked at for one block of headers

_WROTE = (
    r"(?:wrote|writes|schrieb(?:en)?|geschrieben|a écrit|écrivait|a ecrit|écrit|escribió|escribio|escribiste|ha scritto|scrive|scriveva|escreveu|escreveram|schreef|skrev|skreiv|skrifaði|kirjoitti|"
    r"napisa[lł](?:\([aá]\)|a|/a|\(-a\))?|napsal(?:\(a\)|a)?|napísal(?:\(a\)|a)?|napisao(?:/la|\(la\))?(?: je)?|je napisal[ao]?|написал(?:\(а\)|а)?|пишет|писал(?:\(а\)|а)?|написав(?:\(ла\))?|написа|"
    r"írta|ezt írta|yazdı|şunu yazdı|kirjutas|rašė|parašė|rakstīja|a scris|έγραψε|כתב(?:ה|/ה)?|كتب(?:ت)?|نوشت|đã viết|viết|menulis|va escriure|idatzi du|escribiu|เขียน(?:ว่า)?|"
    r"写道|寫道|书写|作成|書きました|さんは(?:書き|次のように)[^\s:]*|님이 작성|작성|작성:|wrote the following|het volgende geschreven)"
)
_VERB = re.compile(rf"(?<![\w]){_WROTE}(?!\w)|写道|寫道|작성|書きました|เขียน", re.IGNORECASE)
_ENDS = re.compile(r"[:：]\**\s*(?:\[[^\]]{0,60}\]\s*)?$")
_VERB_LAST = re.compile(rf"(?:{_WROTE})(?:\s*\([^)]*\))?\s*[:：]?\s*[-–]*\s*$", re.IGNORECASE)
_WHEN = re.compile(
    r"\d{1,2}[:.h]\d\d|\b(?:19|20)\d\d\b|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{4}\s?年|٢٠[٠-٩]{2}|\d\d?\.?\s+\w{3,10}\.?,?\s+\d{4}",
    re.IGNORECASE,
)
_WHO = re.compile(r"[\w.+'-]+@[\w-]|mailto:|@public\.gmane|<\s*\S+@")
_DATED_NAME = re.compile(
    r"\s*(?:19|20)\d\d[-/]\d{1,2}[-/]\d{1,2}\s.{2,80}<\s*\S+@[^>]+>:?\s*$"
)  # Gmail of 2011-2014: "2013/11/1 John Smith <john@example.org>"
_OPENS = re.compile(
    r"[\s*_\"'“«<-]*(?:on|at|in (?:a |the )?(?:message|article|mail)|am|vom|um|den|le|el|il|em|no|na|op|på|pe|dne|dnia|w dniu|a|dana|den|vào|pada|tarihinde|στις|בתאריך|ב|في|в|у|от|fecha|"
    r"lun|mar|mié|jue|vie|sáb|dom|mon|tue|wed|thu|fri|sat|sun|ma|di|wo|do|vr|za|zo|man|tir|ons|tor|fre|lør|søn|lör|sön|pon|wt|śr|czw|pt|sob|ndz|from|quoting|citando|zitat von|citat|--- ?)(?:[\s.,]|$)"
    r"|[\s*>]*\d{1,4}[./\s年-]",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"\W{0,6}[-_=*#]{2,}\W*(?:(?:antwort|original(?:e|nachricht|meddelelse|meldung)?)\s*(?:message|mail|appointment|e-mail|melding|bericht|besked)?|(?:ursprüngliche|urspr\.?|original)\s*(?:nachricht|mail|e-mail)|"
    r"originalnachricht|message d'origine|message original|mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht|opprinnelig melding|originalt? meddelande|ursprungligt meddelande|oprindelig meddelelse|"
    r"alkuperäinen viesti|wiadomość oryginalna|oryginalna wiadomość|original message|původní (?:zpráva|e-mail)|eredeti üzenet|исходное сообщение|пересланное сообщение|пересылаемое сообщение|mesaj original|orijinal (?:ileti|mesaj)|"
    r"原始邮件|原始郵件|原邮件|邮件原件|转发邮件|元のメッセージ|원본 메시지|forwarded (?:message|by|mail|email|letter)[^\n]*|weitergeleitete nachricht|message transféré|mensaje reenviado|mensagem encaminhada|messaggio inoltrato|"
    r"doorgestuurd bericht|videresendt? (?:melding|besked)|vidarebefordrat meddelande|reply (?:message|above|separator)[^\n]*|message from [^\n]{1,80}|reply to message|in reply to[^\n]{0,60})\s*[-_=*#:]*.{0,80}",
    re.IGNORECASE,
)
_FORWARD = re.compile(
    r"\W*(?:(?:begin )?forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)|début du message (?:réexpédié|transféré)|inizio messaggio inoltrato|inicio del mensaje reenviado|início da mensagem (?:encaminhada|reenviada)|"
    r"begin doorgestuurd bericht|start på vidarebefordrat (?:mejl|brev)|vidarebefordrat mejl|päbegynt vidarebefordrat|start på videresendt (?:mail|besked|melding)|videresendt melding|starten på en videresendt besked|välitetty viesti alkaa|начало переадресованного сообщения|"
    r"początek przekazywanej (?:wiadomości|treści)|転送されたメッセージ|开始转发的邮件|下面是被转发的邮件|引述自[^\n]*|İletilen ileti başlangıcı|přeposlaná zpráva)\s*[:：]?\W*$",
    re.IGNORECASE,
)
_FROM = r"from|von|de|da|van|fra|från|od|lähettäjä|от|от кого|від|feladó|kimden|gönderen|expéditeur|remitente|mittente|afzender|avsändare|nadawca|odesílatel|发件人|寄件者|寄件人|差出人|送信者|보낸 사람|보낸사람|De la|Από|מאת|من"
_OTHERS = (
    r"sent|date|to|cc|bcc|subject|subj|reply-to|importance|attachments?|organization|organisation|gesendet|datum|an|betreff|kopie|antwort an|envoyé|envoyé le|date|à|a|objet|cc|enviado|enviado el|enviada em|enviado em|fecha|data|para|asunto|assunto|"
    r"inviato|inviata|oggetto|per|verzonden|verstuurd|aan|onderwerp|sendt|dato|til|emne|skickat|skickat den|till|ämne|lähetetty|päivämäärä|vastaanottaja|aihe|wysłano|wysłane|data|do|temat|dw|odesláno|komu|předmět|datum|"
    r"отправлено|дата|кому|тема|надіслано|küldve|címzett|tárgy|gönderildi|tarih|kime|konu|trimis|către|subiect|发送时间|发送日期|日期|收件人|抄送|主题|主題|寄件日期|收件者|送信日時|送信日|日時|宛先|件名|보낸 날짜|날짜|받는 사람|제목|Στάλθηκε|Προς|Θέμα|Κοιν|נשלח|אל|נושא|Ημερομηνία|in-reply-to|message-id|references|newsgroups|thread-topic|resent-\w+|x-\w[\w-]*"
)
_FROM_LINE = re.compile(rf"[\s>*_|-]*(?:{_FROM})\s*\**\s*[:：]\**\s*\S?.*$", re.IGNORECASE)
_HEADER_LINE = re.compile(rf"[\s>*_|-]*(?:{_FROM}|{_OTHERS})\s*\**\s*[:：]\**.*$", re.IGNORECASE)
_DATE_LINE = re.compile(
    r"[\s>*]*(?:sent|date|gesendet|datum|envoyé|enviado|fecha|data|inviato|verzonden|sendt|dato|skickat|wysłano|отправлено|дата|发送时间|日期)[^:：]{0,12}\s*\**[:：]",
    re.IGNORECASE,
)
_NOTES = re.compile(
    r"\s*(?:[\"“]?[\w.,' /@<>()\"&-]{2,120}[\"”]?)\s+(?:on\s+)?\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\s+(?:at\s+)?\d{1,2}:\d\d(?::\d\d)?(?:\s*[AaPp][Mm])?\s*(?:\w{2,4})?\s*$"
)
_NOTES_HEADS = re.compile(r"\s*(?:please respond to\b.*|to|cc|bcc|subject|sent by)\s*:?(?:\s.*)?$", re.IGNORECASE)
_NAME_ALONE = re.compile(
    r"\s*[\"“]?[^\W\d_][\w.,'-]*(?:\s+[\w.,'()&-]+){0,5}[\"”]?(?:\s*<[^>]*>)?\s*(?:(?:on )?\d{1,2}/\d{1,2}/\d{2,4}.*)?$|\s*.{0,80}@\S+.{0,60}$"
)
_MOBILE = re.compile(
    r"\W*(?:sent (?:from|via|with|by|using) (?:my|the|a|an)?\s*(?:\S+\s){0,5}?(?:i?phone|ipad|ipod|android|mobile|blackberry|samsung|galaxy|huawei|nokia|windows|outlook|mail|yahoo|gmail|proton\w*|tutanota|device|handheld|wireless|treo|htc|lg|sony|pixel|xiaomi|spark|airmail|mailbird|postbox|superhuman|telefon|smartphone|wp|tablet|fairmail|k-9|aol|bluemail|edison|newton|front|missive|hey|office ?365|treo|palm|verizon|at&t|t-mobile|sprint|boxer|nine|workspace|fastmail|zoho|mailspring|polymail|telenor|virgin|o2|vodafone|orange)\b[^\n]{0,80}|"
    r"get outlook for [^\n]{1,40}|download outlook[^\n]{0,40}|get the (?:new )?(?:outlook|aol|yahoo)[^\n]{0,60}|yahoo mail on android|"
    r"(?:von meinem|gesendet (?:von|mit|über|aus)|diese nachricht wurde von meinem) [^\n]{2,80}|envoyé (?:de|depuis|à partir de|avec) [^\n]{2,80}|enviado (?:desde|do meu|a partir do|de mi|via|de meu|pelo) [^\n]{2,80}|"
    r"inviat[oa] (?:da|dal|tramite|con) [^\n]{2,80}|(?:verzonden|verstuurd) (?:vanaf|vanuit|met|via|van) [^\n]{2,80}|skickat från [^\n]{2,60}|sendt (?:fra|med) [^\n]{2,60}|lähetetty [^\n]{2,60}|wysłan[eo] z [^\n]{2,60}|odesláno z [^\n]{2,60}|"
    r"отправлено (?:с|из|от) [^\n]{2,60}|надіслано з [^\n]{2,60}|iphone(?:umdan|'umdan|dan|'dan)? gönderildi|[^\n]{0,20}(?:'?dan|'?den) gönderildi|iphoneから送信|[^\n]{0,20}から送信|发自我的\s?\S{1,20}|从我的 \S{1,20} 发送|從我的 \S{1,20} 傳送|나의 \S{1,20}에서 보냄|trimis de pe [^\n]{2,40}|στάλθηκε από [^\n]{2,40}|נשלח מה[^\n]{2,40}|أُرسلت من [^\n]{2,40}|poslano (?:z|s) [^\n]{2,40})\W*$",
    re.IGNORECASE,
)
_RULE = re.compile(
    r"\s*(?:[-_=*~#+]\s?){5,}\W*$|\s*[-_=~*]{4,}[^\w\n]{0,3}[\w !.'&/]{2,60}[^\w\n]{0,3}[-_=~*>]{4,}\s*$"
)
_LISTS = re.compile(
    r"unsubscri|mailing list|mailman|yahoo! groups|yahoogroups|egroups|google groups|googlegroups|to post|list archives?|subscription|list-\w+:|this (?:list|group)|you (?:are receiving|received) this|lists?\.\w+\.\w|listinfo|archives?\b.*http|sponsor|do you yahoo|yahoo!|hotmail|get your free|msn\b|powered by|"
    r"abmelden|désabonner|désinscri|darse de baja|cancellar|afmelden|sourceforge|avast|virus|advert|free email|view this message in context|this mail sent through",
    re.IGNORECASE,
)
_LIST_OPENS = re.compile(
    r"\W*(?:to unsubscribe\b|you received this message because|you are receiving this|this message was sent to|view this message in context|to post (?:a message )?to this|visit this (?:topic|link|group)|do you yahoo!\?)",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"confidential|intended (?:recipient|solely|only|for)|privileged|recipient|in error|erroneous|notify the sender|delete (?:this|it|the|all)|disclos|dissemin|unauthori[sz]ed|liabil|property of|vertraulich|irrtümlich|unbefugt|"
    r"confidentiel|destinataire|erreur|confidencial|destinatario|riservat|vertrouwelijk|geadresseerde|fortrolig|konfidentiell|confidenzial|poufn|конфиденциальн|consider the environment|before printing|virus|copyright|statements and opinions|responsible for",
    re.IGNORECASE,
)
_LEGAL_HEAD = re.compile(
    r"\W*(?:(?:legal |e-?mail |important )?disclaimer|confidential(?:ity)?(?: notice| note| statement)?|privileged[ /].*|haftungsausschluss|legal notice|important notice|avis de confidentialité|aviso legal|advertencia)\W*(?:[:：].*)?$",
    re.IGNORECASE,
)
_BANNER = re.compile(
    r"\W*(?:\[?(?:caution|warning|external|attention|achtung|extern)\]?\s*[:!\]-]).*(?:extern|outside|sender|originat|links|attachment)",
    re.IGNORECASE,
)
_LIST_ITEM = re.compile(r"\s*(?:\d{1,3}[.):]|[-*•–+]\s|[a-z][.)]\s)", re.IGNORECASE)
_CONTACT = re.compile(
    r"(?:\+|\b)(?:\(?\d[\d ().\-/]{6,}\d)|[\w.+-]+@[\w-]+\.\w|https?:|www\.|\b(?:tel|phone|ph|fax|mobile|cell|mob|telefon|téléphone|office|direct|voice|pager|e-?mail|skype|icq|aim|pgp|web)\b\s*(?:no|nr|\.|:|#)|\b(?:inc|llc|ltd|gmbh|corp|corporation|company|department|university|manager|director|engineer|consultant|president|street|suite|road|avenue)\b",
    re.IGNORECASE,
)
_PROSE = re.compile(
    r"^\W*p\.?\s?p?\.?s\b|\b(?:I|we|you|please|is|are|was|will|ich|wir|je|nous)\b(?!\s*:)", re.IGNORECASE
)
_SIGN_OFF = re.compile(
    r"\W*(?:(?:many |much |kind(?:est)? |best |warm(?:est)? |with (?:kind|best|warm) |sincere )?(?:thanks?(?: you)?|thx|regards|rgds|wishes|best|cheers|sincerely|cordially|respectfully)(?: so much| very much| a lot| again| in advance| and (?:kind |best )?regards)?|yours(?: sincerely| faithfully| truly)?|"
    r"mit (?:freundlichen?|besten?|lieben?|herzlichen?) gr(?:ü|ue)(?:ß|ss)(?:en)?|(?:viele|liebe|beste|schöne|herzliche|freundliche) gr(?:ü|ue)(?:ß|ss)e|gr(?:ü|ue)(?:ß|ss)e?|mfg|lg|vg|(?:bien )?cordialement|amicalement|(?:un )?(?:cordial )?saludos?|atentamente|(?:cordiali |distinti )?saluti|"
    r"(?:met )?(?:vriendelijke|hartelijke) groet(?:en)?|groet(?:en|jes)?|mvg|(?:med )?(?:venlig|vennlig|vänliga?|bästa|beste) h(?:ilsen|älsning\w*)|mvh|hilsen|pozdrawiam|с уважением|atenciosamente|abraços?|s pozdravem|üdvözlettel|saygılarımla)\W*$",
    re.IGNORECASE,
)  # fmt: skip


def guess(lines: Sequence[str], known: Sequence[str | None], names: Sequence[str] = ()) -> list[str]:
    """Why each line was not typed this time; "" for those that were. `known` is `ours.left_over`, `names` the sender's own."""
    why = ["" if rest is None else "ours" if rest == "" else "kept" for rest in known]
    short = [line[:LONGEST_LINE] for line in lines[:MOST_LINES]]
    for i, line in enumerate(lines):
        if not why[i] and QUOTED.match(line):
            why[i] = "quote"
    _marked_introductions(short, why)
    _escaped_from(short, why)
    _introductions(short, why)
    _tails(short, why, names)
    return ["" if reason == "kept" else reason for reason in why]


def _marked_introductions(lines: list[str], why: list[str]) -> None:
    """What introduces a quote may be marked as a part of it, and have words of ours (our name, a subject): no answer.

    Apple marks its attribution, and the HTML of Outlook has its block of headers inside what is below the rule.
    """
    if "kept" not in why:
        return
    marked = [QUOTED.match(line) is not None for line in lines]
    bare = [QUOTED.sub("", line, count=1) if mark else "" for line, mark in zip(lines, marked, strict=True)]
    end = 0
    for at, line in enumerate(bare):
        if at >= end:  # what is typed below ends the block
            end = next((k for k in range(at, len(lines)) if not marked[k] and lines[k].strip()), len(lines))
        length, reason = 0, "history"
        if line and _FROM_LINE.match(line):
            length = _headers_from(bare[at : min(end, at + HEADERS_OVER)], 0)
        elif line and why[at] == "kept":
            length, reason = _marked_attribution(bare[at : min(end, at + HEADERS_OVER)], 0), "attribution"
        for k in range(at, at + length):
            why[k] = reason if marked[k] else why[k]


def _marked_attribution(bare: list[str], at: int) -> int:
    """How many lines it has; all three of who, when and the verb are asked for, since it may be an answer."""
    joined = ""
    for k in range(at, min(at + INTRODUCED_OVER, len(bare))):
        if not bare[k].strip():
            return 0
        joined = f"{joined} {bare[k].strip()}".strip()
        told = _VERB.search(joined) and _WHEN.search(joined) and _WHO.search(joined)
        if told and _is_attribution(joined, opens=bool(_OPENS.match(joined)), below=False, marked=True):
            return k + 1 - at
    return 0


def _escaped_from(lines: list[str], why: list[str]) -> None:
    """Mail stores write ">From" for a line that begins with "From": alone among typed lines it is no quote."""
    for i, line in enumerate(lines):
        if (
            why[i] == "quote"
            and line.startswith(">From ")
            and not any("quote" in why[k : k + 1] for k in (i - 1, i + 1) if k >= 0)
        ):
            why[i] = ""


def _introductions(lines: list[str], why: list[str]) -> None:
    """Cut what introduces an earlier mail; and that mail too, when it is not marked and something was typed above."""
    at, typed_above = 0, False
    while at < len(lines):
        blank = not lines[at].strip()
        length, reason = (0, "") if why[at] or blank else _introduction(lines, why, at)
        if not length:
            typed_above = typed_above or why[at] == "kept" or not (why[at] or blank)
            at += 1
            continue
        after = at + length
        while after < len(lines) and not lines[after].strip():
            after += 1
        bare = after < len(lines) and not why[after]
        whole = bare and (typed_above or reason != "attribution")
        for k in range(at, len(why) if whole else at + length):
            if k < at + length or not why[k]:
                why[k] = reason if k < at + length else "history"
        at = len(lines) if whole else after


def _introduction(lines: list[str], why: list[str], at: int) -> tuple[int, str]:
    """How many lines from here introduce an earlier mail, and as what; 0 for none."""
    line = lines[at]
    if _SEPARATOR.match(line) or _FORWARD.match(line):
        return 1 + _headers_from(lines, at + 1), "forwarded" if "orward" in line or _FORWARD.match(line) else "history"
    if _RULE.match(line):
        following = next((k for k in range(at + 1, min(at + 4, len(lines))) if lines[k].strip()), None)
        heads = _headers_from(lines, following) if following is not None and _FROM_LINE.match(lines[following]) else 0
        return (following - at + heads, "history") if heads and following is not None else (0, "")
    if _FROM_LINE.match(line) or _HEADER_LINE.match(line):
        heads = _headers_from(lines, at)
        return (heads, "history") if heads else (0, "")
    if heads := _notes(lines, at):
        return heads, "history"
    return _attribution(lines, why, at), "attribution"


def _headers_from(lines: list[str], at: int) -> int:
    """How many lines the block of headers has that begins at or just below; 0 when there is none.

    A sentence may begin with "From:" or "To:". A block has three different ones, or From and a date beside it.
    """
    start = at
    while start < len(lines) and start < at + 2 and not lines[start].strip():
        start += 1
    names: set[str] = set()
    dated = sender = False
    end = k = start
    while k < len(lines) and k < start + 30:
        line = lines[k]
        if _HEADER_LINE.match(line):
            names.add(re.split("[:：]", line)[0].strip(" \t>*_|").casefold())
            dated = dated or bool(_DATE_LINE.match(line) and _WHEN.search(line))
            sender = sender or bool(_FROM_LINE.match(line))
            end = k + 1
        elif not line.strip():
            following = k + 1 < len(lines) and _HEADER_LINE.match(lines[k + 1])
            if not following or k == start:
                break
        elif k > end + 1:
            break
        k += 1
    if len(names) >= 3 or (len(names) >= 2 and sender and (dated or _WHO.search(" ".join(lines[start:end])))):
        return end - at
    return 0


def _notes(lines: list[str], at: int) -> int:
    """Lotus Notes: a name and a date on a line or two, then To, cc and Subject, often in columns."""
    head = lines[at]
    for height in (1, 2, 3):
        joined = " ".join(line.strip() for line in lines[at : at + height])
        if "--" in joined or (height > 1 and not _NAME_ALONE.match(head)):
            return 0
        if _NOTES.match(joined) and len(joined) < 200:
            heads = [k for k in range(at + height, min(at + height + 14, len(lines))) if _NOTES_HEADS.match(lines[k])]
            if len(heads) >= 2:
                last = heads[-1]
                return last - at + 1
    return 0


def _attribution(lines: list[str], why: list[str], at: int) -> int:
    """As in: On Tuesday 3 June 2025 at 10:00, Ann <ann@example.org> wrote: in many languages, over up to four lines."""
    joined = ""
    opens = bool(_OPENS.match(lines[at]))
    for height in range(1, INTRODUCED_OVER + 1):
        k = at + height - 1
        if k >= len(lines) or (why[k] and height > 1):
            return 0
        if not lines[k].strip():
            return 0
        if height > 1 and _OPENS.match(lines[k]) and _WHEN.search(lines[k]) and not _WHEN.match(lines[k].strip()):
            return 0
        joined = f"{joined} {lines[k].strip()}".strip()
        if len(joined) > 400 or (height > 1 and not opens and not _WHO.search(lines[at])):
            return 0
        after = next((n for n in range(k + 1, min(k + 4, len(lines))) if lines[n].strip()), None)
        below = after is None or why[after] in ("quote", "ours")
        if _is_attribution(joined, opens=opens, below=below, marked=after is not None and bool(why[after])):
            return height
    return 0


def _is_attribution(line: str, *, opens: bool, below: bool, marked: bool) -> bool:
    """Below: nothing more was typed after it. Marked: a quote follows, so that less is needed to believe it."""
    verb = _VERB.search(line)
    if _DATED_NAME.match(line):
        return marked or below
    ends = bool(_ENDS.search(line)) or bool(_VERB_LAST.search(line))
    if not ends:
        return False
    when, who = bool(_WHEN.search(line)), bool(_WHO.search(line))
    if verb and (when or who):
        return (opens or who or marked) and len(line) < 320
    if verb and marked:
        return len(line) < 120 and bool(_VERB_LAST.search(line))
    return when and len(line) < 200 and ((marked and opens) or ((marked or below) and who))


def _tails(lines: list[str], why: list[str], names: Sequence[str]) -> None:
    """What stands below the words: in each stretch of typed lines, the signature and the footers."""
    start = 0
    while start < len(lines):
        if why[start]:
            start += 1
            continue
        end = start
        while end < len(lines) and not why[end]:
            end += 1
        _footers(lines, why, start, end)
        _signature(lines, why, start, end, names)
        start = end


def _footers(lines: list[str], why: list[str], start: int, end: int) -> None:
    written = [k for k in range(start, end) if lines[k].strip()]
    for n, k in enumerate(written):
        line = lines[k]
        if why[k]:
            continue
        rest = written[n : n + FOOTER_LINES + 1]
        if _MOBILE.match(line) and len(line) < 160:
            why[k] = "mobile footer"
            if len(rest) <= 2:
                _cut(why, k, end, "mobile footer")
        elif _BANNER.match(line):
            why[k] = "banner"
        elif _RULE.match(line) and 1 < len(rest) <= FOOTER_LINES and k > start and (reason := _footer(lines, rest)):
            _cut(why, k, end, reason)
        elif _LIST_OPENS.match(line) and _starts_paragraph(lines, k, start) and len(rest) <= FOOTER_LINES:
            _cut(why, k, end, "list footer")
        elif (_starts_paragraph(lines, k, start) or _LEGAL_HEAD.match(line)) and len(rest) <= FOOTER_LINES:
            paragraph = _paragraph(lines, k, end)
            told = len({found.casefold() for found in _LEGAL.findall(paragraph)})
            if told >= 3 or (told >= 1 and _LEGAL_HEAD.match(line) and len(paragraph) > 100):
                _cut(why, k, end, "legal footer")


def _footer(lines: list[str], rest: list[int]) -> str:
    """What stands below a drawn rule: a footer says so in its first lines, or is short and has an address to go to."""
    first = "\n".join(lines[i] for i in rest[:6])
    if _LISTS.search(first):
        return "list footer"
    told = {found.casefold() for found in _LEGAL.findall("\n".join(lines[i] for i in rest))}
    if len(told) >= 3:
        return "legal footer"
    short = len(rest) <= 8 and all(len(lines[i]) < 100 for i in rest)
    return (
        "signature"
        if short and _CONTACT.search(first) and not any(_LIST_ITEM.match(lines[i]) for i in rest[1:])
        else ""
    )


def _signature(lines: list[str], why: list[str], start: int, end: int, names: Sequence[str]) -> None:
    written = [k for k in range(start, end) if lines[k].strip() and not why[k]]
    above = bool(written) and any(line.strip() for line in lines[: written[0]])
    for n in range(max(0, len(written) - SIGNATURE_LINES - 1), len(written)):
        line = lines[written[n]]
        if line.strip(" *") not in ("--", "—", "–", "__", "---") or line.startswith((" ", "\t")):
            continue
        rest = [lines[i] for i in written[n + 1 :]]
        if len(rest) > 3 and n == 0 and not above:
            continue  # nothing stands above: this is the message itself
        listed = any(_LIST_ITEM.match(r) for r in rest[:2]) and not any(_CONTACT.search(r) for r in rest)
        if not listed and (line == "-- " or all(len(r) < 100 for r in rest)):
            _cut(why, written[n], end, "signature")
            return
    _contact_block(lines, why, start, end, names)


def _contact_block(lines: list[str], why: list[str], start: int, end: int, names: Sequence[str]) -> None:
    """A block of contact lines at the end, below a sign-off or the sender's own name (which are kept), or set apart by an empty line."""
    typed = [k for k in range(start, end) if lines[k].strip() and not why[k]]
    for n, k in enumerate(typed[-SIGNATURE_LINES:], start=max(0, len(typed) - SIGNATURE_LINES)):
        rest = typed[n + 1 :]
        if not rest or (n == 0 and not _SIGN_OFF.match(lines[k])):
            continue
        block = [lines[i].strip() for i in rest]
        contacts = sum(1 for text in block if _CONTACT.search(text))
        is_start = _SIGN_OFF.match(lines[k]) or _is_name(lines[k], names)
        if (
            is_start
            and contacts
            and not any(_PROSE.search(text) for text in block)
            and all(len(text) < 80 for text in block)
            and contacts * 4 >= len(block)
        ):
            first = (
                rest[1]
                if _SIGN_OFF.match(lines[k])
                and len(rest) > 1
                and not _CONTACT.search(block[0])
                and len(block[0].split()) <= 4
                else rest[0]
            )
            _cut(why, first, end, "signature")
            return
    last = typed[-1:]
    while last and last[0] - 1 in typed[-SIGNATURE_LINES - 1 :]:
        last.insert(0, last[0] - 1)
    block = [lines[i].strip() for i in last]
    contacts = sum(1 for text in block if _CONTACT.search(text))
    if (
        3 <= len(block) <= SIGNATURE_LINES
        and contacts >= 2
        and len(typed) > len(last)
        and contacts * 2 >= len(block)
        and all(len(t) < 70 and not _PROSE.search(t) and not _LIST_ITEM.match(t) for t in block)
    ):
        _cut(why, last[0], end, "signature")


def _is_name(line: str, names: Sequence[str]) -> bool:
    words = [w.casefold() for w in re.findall(r"[^\W\d_]+", line)]
    return 0 < len(words) <= 5 and len(line) < 50 and any(len(w) > 2 and w in names for w in words)


def _starts_paragraph(lines: list[str], k: int, start: int) -> bool:
    return k == start or not lines[k - 1].strip() or bool(_RULE.match(lines[k - 1]))


def _paragraph(lines: list[str], k: int, end: int) -> str:
    """The paragraph that begins here; the next one too, where the first is only its heading."""
    stop = next((i for i in range(k, end) if not lines[i].strip()), end)
    if _LEGAL_HEAD.match(lines[k]):
        stop = min(end, stop + 6)
    return " ".join(lines[k:stop])[:4_000]


def _cut(why: list[str], start: int, end: int, reason: str) -> None:
    for k in range(start, end):
        why[k] = why[k] or reason
