"""Guesses which lines of a reply were not typed this time: quotes and what introduces them.

Used for what is left when our own letters are subtracted. Each rule names what it saw, and when it is in doubt it keeps.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from agent.mail import tails
from agent.mail.ours import QUOTED

MOST_LINES = 3_000  # that are looked at: below lies history, or no answer that anybody typed
LONGEST_LINE = 2_000  # characters of a line that the expressions look at: nobody's attribution is longer
INTRODUCED_OVER = 4  # lines over which mail programs wrap an attribution
NARROWEST = 68  # columns: no program breaks lines that are shorter
_TURNED = "\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069"  # around what programs write in Hebrew and Arabic
BY_HAND = "by hand"  # kept with its marks, but never a yes of one's own
HEADERS_APART = 3  # empty lines that Notes leaves between its From and its To
HEADERS_OVER = 40  # lines that are looked at for one block of headers

_WROTE = (
    r"(?:wrote|writes|schrieb(?:en)?|geschrieben|a écrit|écrivait|a ecrit|écrit|escribió|escribio|escribiste|ha scritto|scrive|scriveva|escreveu|escreveram|schreef|skrev|skreiv|skrifaði|kirjoitti|"
    r"napisa[lł](?:\([aá]\)|a|/a|\(-a\))?|napsal(?:\(a\)|a)?|napísal(?:\(a\)|a)?|napisao(?:/la|\(la\))?(?: je)?|je napisal[ao]?|pisze|написал(?:\(а\)|а)?|пишет|писал(?:\(а\)|а)?|написав(?:\(ла\))?|написа|"
    r"írta|ezt írta|yazdı|şunu yazdı|kirjutas|rašė|parašė|rakstīja|a scris|έγραψε|כתב(?:ה|/ה)?|كتب(?:ت)?|نوشت|đã viết|viết|menulis|va escriure|idatzi du|escribiu|เขียน(?:ว่า)?|"
    r"写道|寫道|书写|作成|書きました|さんは(?:書き|次のように)[^\s:]*|のメッセージ|님이 작성|작성|작성:|wrote the following|het volgende geschreven)"
)
# Verbs are looked for in what was written small: an expression that has to fold each letter itself takes ten times as long.
_VERB = re.compile(rf"(?<!\w){_WROTE}(?!\w)|写道|寫道|작성|書きました|のメッセージ|เขียน")
_ENDS = re.compile(r"[:：]\**\s*(?:\[[^\]]{0,60}\]\s*)?$")
_VERB_LAST = re.compile(rf"(?:{_WROTE})(?:\s*\([^)]*\))?\s*[:：]?\s*[-–]*\s*$")
_WHEN = re.compile(
    r"\d{1,2}[:.h]\d\d|\b(?:19|20)\d\d\b|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{4}\s?年|٢٠[٠-٩]{2}|\d\d?\.?\s+\w{3,10}\.?,?\s+\d{4}",
    re.IGNORECASE,
)
_TIME_FIRST = re.compile(rf"\s*(?:at )?(?:{_WHEN.pattern})", re.IGNORECASE)
_WHO = re.compile(r"[\w.+'-]@[\w-]|mailto:|@public\.gmane|<\s*[^\s<@]+@")
_DATED_NAME = re.compile(
    r"\s*(?:19|20)\d\d[-/]\d{1,2}[-/]\d{1,2}\s.{2,80}<\s*\S+@[^>]+>:?\s*$"
)  # Gmail of 2011-2014: "2013/11/1 John Smith <john@example.org>"
_DATE_AND_WHO = re.compile(
    r"(?=.{0,60}(?<!\d)(?:19|20)\d\d(?!\d))(?=.{0,60}\d{1,2}[:.]\d\d).{6,80}[\s,]<\s*[^\s<>@]+@[^\s<>]+\s*>\s*[:：]\s*$"
)  # Mail.ru, Yandex: "ср, 30 апр. 2025 г. в 15:19, John Smith <john@example.org>:"
_NAME_QUOTED = re.compile(r'\s*"[^"]{1,80}"\s*$')
_RUN_ON = re.compile(
    rf"^(.{{10,200}}<\s*[^\s<>@]+@[^\s<>]+>,?\s{_WROTE}\s?:)[ \t\u00a0]{{2,}}(?=\S)", re.IGNORECASE | re.MULTILINE
)
_NAME_AND_WHO = re.compile(
    r"\W{0,4}[^<>:]{0,80}<\s*[^\s<>@]+@[^\s<>]+\s*>\s*[:：]\s*$"
)  # mutt and horde, in many wordings: "* John Smith <john@example.org>:"
_OPENS = re.compile(
    r"[\s*_\"'“«<-]*(?:on|at|in (?:a |the )?(?:message|article|mail)|am|vom|um|den|le|el|il|em|no|na|op|på|pe|dne|dňa|dnia|w dniu|a|dana|den|vào|pada|tarihinde|στις|בתאריך|ב|في|в|у|от|на|fecha|"
    r"lun|mar|mié|jue|vie|sáb|dom|mon|tue|wed|thu|fri|sat|sun|ma|di|wo|do|vr|za|zo|man|tir|ons|tor|fre|lør|søn|lör|sön|pon|wt|śr|czw|pt|sob|ndz|from|quoting|citando|zitat von|citat|--- ?)(?:[\s.,]|$)"
    r"|[\s*>]*\d{1,4}[./\s年-]",
    re.IGNORECASE,
)
_DRAWN_BEFORE = re.compile(r"[\W_]{0,80}")
_SEPARATOR = re.compile(  # the words behind what is drawn
    r"(?:(?:antwort|original(?:e|nachricht|meddelelse|meldung)?)\s*(?:message|mail|appointment|e-mail|melding|bericht|besked)?|(?:ursprüngliche|urspr\.?|original)\s*(?:nachricht|mail|e-mail)|"
    r"originalnachricht|message d'origine|(?:message|mail|e-mail|courriel) original|mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht|opprinnelig melding|originalt? meddelande|ursprungligt meddelande|oprindelig meddelelse|"
    r"alkuperäinen viesti|wiadomość oryginalna|oryginalna wiadomość|original message|původní (?:zpráva|e-mail)|eredeti üzenet|исходное сообщение|пересланное сообщение|пересылаемое сообщение|mesaj original|orijinal (?:ileti|mesaj)|"
    r"原始邮件|原始郵件|原邮件|邮件原件|转发邮件|元のメッセージ|원본 메시지|forwarded (?:message|by|mail|email|letter)[^\n]*|weitergeleitete nachricht|message transféré|mensaje reenviado|mensagem encaminhada|messaggio inoltrato|"
    r"doorgestuurd bericht|videresendt? (?:melding|besked)|vidarebefordrat meddelande|reply (?:message|separator)[^\n]*|(?:please )?(?:(?:type|write) your )?reply above[^\n]*|message from [^\n]{1,80}|reply to message|in reply to)",
    re.IGNORECASE,
)
_FORWARD = re.compile(
    r"\W*(?:(?:begin )?forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)|début du message (?:réexpédié|transféré)|inizio messaggio inoltrato|inicio del mensaje reenviado|início da mensagem (?:encaminhada|reenviada)|"
    r"begin doorgestuurd bericht|start på vidarebefordrat (?:mejl|brev)|vidarebefordrat mejl|päbegynt vidarebefordrat|start på videresendt (?:mail|besked|melding)|videresendt melding|starten på en videresendt besked|välitetty viesti alkaa|начало переадресованного сообщения|"
    r"początek przekazywanej (?:wiadomości|treści)|転送されたメッセージ|开始转发的邮件|下面是被转发的邮件|引述自[^\n]*|İletilen ileti başlangıcı|přeposlaná zpráva)\s*[:：]?\W*$",
    re.IGNORECASE,
)
_FROM = r"from|von|de|da|van|fra|från|od|lähettäjä|от|от кого|від|feladó|kimden|gönderen|expéditeur|remitente|mittente|afzender|avsändare|nadawca|odesílatel|发件人|寄件者|寄件人|差出人|送信者|보낸 사람|보낸사람|De la|Από|מאת|من|šalje|odosielateľ|від кого|изпращач|saatja|siuntėjas|sūtītājs|dari|từ|จาก"
_OTHERS = (
    r"sent|date|message du|to|cc|bcc|subject|subj|reply-to|importance|attachments?|organization|organisation|gesendet|datum|an|betreff|kopie|antwort an|envoyé|envoyé le|date|à|a|objet|cc|enviado|enviado el|enviada em|enviado em|fecha|data|para|asunto|assunto|"
    r"inviato|inviata|oggetto|per|verzonden|verstuurd|aan|onderwerp|sendt|dato|til|emne|skickat|skickat den|till|ämne|lähetetty|päivämäärä|vastaanottaja|aihe|wysłano|wysłane|data|do|temat|dw|odesláno|komu|předmět|datum|"
    r"отправлено|дата|кому|тема|надіслано|küldve|címzett|tárgy|gönderildi|tarih|kime|konu|trimis|către|subiect|发送时间|发送日期|日期|收件人|抄送|主题|主題|寄件日期|收件者|送信日時|送信日|日時|宛先|件名|보낸 날짜|날짜|받는 사람|제목|Στάλθηκε|Προς|Θέμα|Κοιν|נשלח|אל|נושא|odoslané|predmet|poslano|prima|za|zadeva|изпратено|до|относно|enviat|enviat el|per a|saadetud|adressaat|teema|išsiųsta|kam|nosūtīts|temats|dikirim|terkirim|kepada|subjek|đã gửi|đến|chủ đề|ngày|ส่ง|ถึง|เรื่อง|التاريخ|تم الإرسال|إلى|الموضوع|Ημερομηνία|in-reply-to|message-id|references|newsgroups|thread-topic|resent-\w+|x-\w[\w-]*"
)
_FROM_LINE = re.compile(rf"[\s>*_|-]*(?:{_FROM})\s*\**\s*[:：]\**\s*\S?.*$", re.IGNORECASE)
_HEADER_LINE = re.compile(rf"[\s>*_|-]*(?:{_FROM}|{_OTHERS})\s*\**\s*[:：]\**.*$", re.IGNORECASE)
_DATE_LINE = re.compile(
    r"[\s>*]*(?:sent|date|gesendet|datum|envoyé|enviado|fecha|data|inviato|verzonden|sendt|dato|skickat|wysłano|wysłane|odesláno|odoslané|poslano|отправлено|изпратено|надіслано|дата|enviat|发送时间|日期)[^:：]{0,12}\s*\**[:：]",
    re.IGNORECASE,
)
_DRAWN = re.compile(r"\s*[-_=*~#]{2,}\s*$")
_NOTES = re.compile(
    r"\s*(?:[\"“]?[\w.,' /@<>()\"&-]{2,120}[\"”]?)\s+(?:[Ss]ent by:[\w.,' /@-]{2,80}\s)?(?:on\s+)?\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\s+(?:at\s+)?\d{1,2}:\d\d(?::\d\d)?(?:\s*[AaPp][Mm])?\s*(?:\w{2,4})?\s*$"
)
_NOTES_HEADS = re.compile(r"\s*(?:please respond to\b.*|to|cc|bcc|subject|sent by)\s*:?(?:\s.*)?$", re.IGNORECASE)
_PART = re.compile(r"Non-text part: [\w.+-]+/[\w.+-]+\s*$")  # what Notmuch puts into a quote for what it cannot quote
_NAME_ALONE = re.compile(
    r"\s*[\"“]?[^\W\d_][\w.,'-]*(?:\s+[\w.,'()&-]+){0,5}[\"”]?(?:\s*<[^>]*>)?\s*(?:(?:on )?\d{1,2}/\d{1,2}/\d{2,4}.*)?$|\s*.{0,80}@\S+.{0,60}$"
)


def apart(text: str) -> str:
    """The text with a line's end behind each introduction on whose line the quote begins (Yahoo's app)."""
    return _RUN_ON.sub(r"\1\n", text)


@dataclass(frozen=True, slots=True)
class _Header:
    """One line of a block of headers: its name, and whether it has a date, is the date, is the sender, has an address."""

    name: str
    when: bool
    dates: bool
    sends: bool
    tells: bool


def guess(
    lines: Sequence[str], known: Sequence[str | None], names: Sequence[str] = (), *, answers: bool = False
) -> list[str]:
    """Why each line was not typed this time; "" for those that were.

    `known` is `ours.left_over`, `names` are the sender's own, and `answers` says whether a letter of ours was answered.
    """
    why = ["" if rest is None else "ours" if rest == "" else "kept" for rest in known]
    short = [line[:LONGEST_LINE].strip(_TURNED) for line in lines[:MOST_LINES]]
    for i, line in enumerate(lines):
        if not why[i] and (QUOTED.match(line) or _PART.match(line)):
            why[i] = "quote"
    _marked_introductions(short, why)
    _escaped_from(short, why)
    _overhangs(short, why)
    _introductions(short, why)
    _quotes_by_hand(short, why)
    tails.cut(short, why, names, answers=answers)
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
            begins = at == 0 or not marked[at - 1]
            length = _marked_attribution(bare[at : min(end, at + HEADERS_OVER)], begins=begins)
            reason = "attribution"
        for k in range(at, at + length):
            why[k] = reason if marked[k] else why[k]


def _marked_attribution(bare: list[str], *, begins: bool) -> int:
    """How many lines it has; all three of who, when and the verb are asked for, since it may be an answer.

    Where the quote begins with it, it is none, and the name may stand without an address.
    """
    joined = ""
    for k in range(min(INTRODUCED_OVER, len(bare))):
        if not bare[k].strip():
            return 0
        joined = f"{joined} {bare[k].strip()}".strip()
        told = _VERB.search(joined.lower()) and _WHEN.search(joined) and (begins or _WHO.search(joined))
        if told and _is_attribution(joined, opens=bool(_OPENS.match(joined)), below=False, marked=True):
            return k + 1
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


def _overhangs(lines: list[str], why: list[str]) -> None:
    """What a program broke off a quoted line that was too long, without marking it again.

    It does so only where the next word found no room, so the line above is long, in the middle of a sentence; and since an
    answer may stand there too, it has to go on in small letters. Lines of ours are not looked at: their words are known.
    """
    for i in range(1, len(lines) - 1):
        if why[i] or why[i - 1] != "quote" or why[i + 1] != "quote":
            continue
        word = (lines[i].split() or [""])[0]
        no_room = len(lines[i - 1].rstrip()) + 1 + len(word) > NARROWEST
        if word and no_room and not word[0].isupper() and not lines[i - 1].rstrip().endswith((".", "?", "!", ":")):
            why[i] = "quote"


def _quotes_by_hand(lines: list[str], why: list[str]) -> None:
    """What somebody quotes in the middle of their own words, without a gap or announced, was put there by hand.

    A program puts its quote below its own introduction or an empty line, and who answers in between has several quotes.
    """
    written = [k for k in range(len(lines)) if lines[k].strip()]
    begins = [n for n in range(1, len(written)) if why[written[n]] == "quote" and not why[written[n - 1]]]
    if len(begins) != 1 or {"ours", "kept"} & set(why):
        return
    above, at = written[begins[0] - 1], written[begins[0]]
    run = next((k for k in range(above, -1, -1) if why[k] or not lines[k].strip()), -1)  # what stands above these words
    if (run >= 0 and why[run]) or not QUOTED.sub("", lines[at]).strip():
        return
    below = next((k for k in written[begins[0] :] if why[k] != "quote"), -1)
    announced = lines[above].rstrip().endswith(":")
    if below < 0 or why[below] or (announced and begins[0] == 1):  # a history; or an introduction that nobody knows
        return
    tight, first = above == at - 1, not any(why[:at])
    if (first and (tight or announced)) or (tight and not lines[below - 1].strip()):
        why[at:below] = [BY_HAND if why[k] else "" for k in range(at, below)]


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
        for k in range(max(0, at - 2), at):  # above its From line, Notes has the name of a company
            if lines[at].startswith("\t") and lines[k].startswith("\t") and not why[k]:
                why[k] = reason
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
    if _is_separator(line) or _FORWARD.match(line):
        return 1 + _headers_from(lines, at + 1), "forwarded" if "orward" in line or _FORWARD.match(line) else "history"
    if _DRAWN.match(line):
        following = next((k for k in range(at + 1, min(at + 4, len(lines))) if lines[k].strip()), at)
        is_head = _HEADER_LINE.match(lines[following]) and not QUOTED.match(lines[following])
        heads = _headers_from(lines, following) if is_head else 0
        return (following - at + heads, "history") if heads else (0, "")
    if _HEADER_LINE.match(line):
        heads = _headers_from(lines, at)
        return (heads, "history") if heads else (0, "")
    if heads := _notes(lines, at):
        return heads, "history"
    return _attribution(lines, why, at), "attribution"


def _is_separator(line: str) -> bool:
    """As in: ----- Original Message -----, in many languages."""
    drawn = _DRAWN_BEFORE.match(line)
    return (
        drawn is not None
        and any(2 * c in drawn[0] for c in "-_=*#‐–—")
        and _SEPARATOR.match(line, drawn.end()) is not None
    )


def _headers_from(lines: list[str], at: int) -> int:
    """How many lines the block of headers has that begins at or just below; 0 when there is none.

    A sentence may begin with "From:" or "To:". A block has three different ones, or two that name a sender, a date or an address.
    """
    start = at
    while start < len(lines) and start < at + 2 and not lines[start].strip():
        start += 1
    names: set[str] = set()
    dated = sender = told = False
    end = k = start
    apart = 1  # empty lines between two headers
    while k < len(lines) and k < start + 30:
        line = lines[k]
        if (
            k > start
            and not told
            and line.strip()
            and (QUOTED.match(line) is None) != (QUOTED.match(lines[start]) is None)
        ):
            break
        if header := _header(line):
            names.add(header.name)
            dated, told = dated or header.dates, told or header.tells
            if header.sends:
                if sender and not _WHO.search(lines[start]):
                    return 0  # the first was an answer that begins like one: a mail has one sender
                sender, apart = True, HEADERS_APART if header.when else apart
            end = k + 1
        elif not line.strip():
            following = next((n for n in range(k + 1, min(k + apart + 1, len(lines))) if lines[n].strip()), k)
            below = _header(lines[following])
            if not below or below.sends:
                break  # with a From, another block begins
        elif k > end + 1:
            break
        k += 1
    return end - at if len(names) >= 3 or (len(names) >= 2 and sender + dated + told >= 2) else 0


@lru_cache(maxsize=256)  # a line is looked at from each of the thirty above it
def _header(line: str) -> _Header | None:
    """What a line of a block of headers says; None when it is none."""
    if not _HEADER_LINE.match(line):
        return None
    name = re.split("[:：]", line)[0].strip(" \t>*_|").casefold()
    when, dates = bool(_WHEN.search(line)), bool(_DATE_LINE.match(line))
    return _Header(name, when, dates and when, bool(_FROM_LINE.match(line)), bool(_WHO.search(line)))


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
        if k >= len(lines) or not lines[k].strip():
            return 0
        if why[k] and height > 1 and not ("<" in joined.rpartition(">")[2] and lines[k].startswith(">")):
            return 0  # a quote; unless an address in angle brackets was broken before its last one
        if height > 1 and _OPENS.match(lines[k]) and _WHEN.search(lines[k]) and not _TIME_FIRST.match(lines[k]):
            return 0  # another one begins
        joined = f"{joined} {lines[k].strip()}".strip()
        if len(joined) > 400 or (height > 1 and not (opens or _WHO.search(lines[at]) or _is_broken(lines, at))):
            return 0
        after = next((n for n in range(k + 1, min(k + 4, len(lines))) if lines[n].strip()), None)
        below = after is None or why[after] in ("quote", "ours")
        marked = after is not None and bool(why[after])
        if marked and "ours" in why[:at] and not (_WHEN.search(joined) or _WHO.search(joined)):
            continue  # what we wrote was introduced above: these words stand in between
        if _is_attribution(joined, opens=opens, below=below, marked=marked):
            goes_on = after == k + 1 and not _ENDS.search(joined) and _NAME_AND_WHO.match(lines[after])
            return height + bool(goes_on)
    return 0


def _is_broken(lines: list[str], at: int) -> bool:
    """Whether a name stands above its address: Gmail breaks behind the bracket, Emacs before it."""
    name = lines[at].rstrip()
    return name.endswith(" <") or (_NAME_QUOTED.match(name) is not None and lines[at + 1].startswith("<"))


def _is_attribution(line: str, *, opens: bool, below: bool, marked: bool) -> bool:
    """Below: nothing more was typed after it. Marked: a quote follows, so that less is needed to believe it."""
    if _DATED_NAME.match(line):
        return True
    small = line.lower()
    ends_in_verb = _VERB_LAST.search(small) is not None
    if not (ends_in_verb or _ENDS.search(line)):
        return False
    if _DATE_AND_WHO.match(line) or (marked and _NAME_AND_WHO.match(line)):
        return True
    when, who = bool(_WHEN.search(line)), bool(_WHO.search(line))
    if not (when or who or marked):
        return False
    verb = _VERB.search(small)
    if verb and (when or who):
        return (opens or who or marked) and len(line) < 320
    if verb and marked:
        return len(line) < 120 and ends_in_verb
    return when and len(line) < 200 and ((marked and opens) or ((marked or below) and who))
