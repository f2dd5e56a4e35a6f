"""Guesses what stands below the words of a reply without being typed: signatures, mobile, legal and list footers."""

import re
from collections.abc import Sequence
from itertools import takewhile

SIGNATURE_LINES = 12  # longer than that, it is no signature
FOOTER_LINES = 40
ADVERTISED_LINES = 9  # of an advertisement that a list puts above its own footer

_MOBILE = re.compile(
    r"\W*(?:sent from (?:my )?(?-i:i?[A-Z]\w*[A-Z]\w*|i[A-Z]\w+)(?: for [^\n]{2,20})?(?:\s?<[^>\n]*>)?|sent wirelessly [^\n]{2,80}|az? [^\n]{2,30} küldve|(?:el)?küldve [^\n]{2,40}|(?:sent (?:from|via|with|by|using) (?:my|the|a|an)?\s*(?:\S+\s){0,5}?(?:i?phone|ipad|ipod|android|mobile|blackberry|samsung|galaxy|huawei|nokia|windows|outlook|mail|yahoo|gmail|proton\w*|tutanota|device|handheld|wireless|treo|htc|lg|sony|pixel|xiaomi|spark|airmail|mailbird|postbox|superhuman|telefon|smartphone|wp|tablet|fairmail|k-9|aol|bluemail|edison|newton|front|missive|hey|office ?365|treo|palm|verizon|at&t|t-mobile|sprint|boxer|nine|workspace|fastmail|zoho|mailspring|polymail|tuta|shortwave|canary|thunderbird|spike|telenor|virgin|o2|vodafone|orange)\b[^\n]{0,80}|"
    r"[^\n]{0,30}outlook [^\n]{2,40}<https://aka\.ms/\w+>[^\n]{0,30}|outlook (?:für|voor) \w+ (?:abrufen|beziehen|downloaden)|(?:télécharge[rz]|obtene[rz]|obtenga|scarica|ottieni|obter|baixar|hämta|hent|hanki|pobierz) (?:o |program )?outlook [^\n]{2,40}|provenance ?: courrier pour [^\n]{2,40}|yahoo mail: search, organize, conquer|"
    r"get outlook for [^\n]{1,40}|get [\w ]{2,20} for (?:ios|android|mac|windows|iphone|ipad)\b[^\n]{0,30}|download outlook[^\n]{0,40}|get the (?:new )?(?:outlook|aol|yahoo)[^\n]{0,60}|yahoo mail on android|"
    r"(?:von meinem|gesendet (?:von|mit|über|aus)|diese nachricht wurde von meinem) [^\n]{2,80}|envoyé (?:sans fil|de|depuis|à partir de|avec) [^\n]{2,80}|enviado (?:desde|do meu|a partir do|de mi|via|de meu|pelo) [^\n]{2,80}|"
    r"inviat[oa] (?:da|dal|tramite|con) [^\n]{2,80}|(?:verzonden|verstuurd) (?:vanaf|vanuit|met|via|van) [^\n]{2,80}|skickat från [^\n]{2,60}|sendt (?:fra|med) [^\n]{2,60}|lähetetty [^\n]{2,60}|wysłan[eo] z [^\n]{2,60}|od(?:esl[aá]no|oslan[ée]) z [^\n]{2,60}|"
    r"(?:отправлено|изпратено) (?:с|из|от) [^\n]{2,60}|надіслано з [^\n]{2,60}|iphone(?:umdan|'umdan|dan|'dan)? gönderildi|[^\n]{0,20}(?:'?dan|'?den) gönderildi|iphoneから送信|[^\n]{0,20}から送信|(?:发自|來自)我的\s?\S{1,20}|[从從]我的\s?\S{1,20}\s?(?:发送|傳送)|나의 \S{1,20}에서 보냄|trimis de pe [^\n]{2,40}|(?:εσ|σ)τάλ(?:θηκε|η) από [^\n]{2,40}|נשלח מה[^\n]{2,40}|(?:أُرسلت|تم الإرسال) من [^\n]{2,40}|enviat (?:des d|amb)[^\n]{2,60}|poslano (?:z|s) [^\n]{2,40}|(?:virus-free|virenfrei|garanti sans virus|libre de virus|sin virus|senza virus|virusvrij|livre de vírus|без вирусов)\W*www\.av\w+\.com[^\n]{0,80}))\W*$",
    re.IGNORECASE,
)
RULE = re.compile(r"\s*(?:[-_=*~#+]\s?){5,}\W*$|\s*[-_=~*]{4,}[^\w\n]{0,3}[\w !.'&/]{2,60}[^\w\n]{0,3}[-_=~*>]{4,}\s*$")
_LISTS = re.compile(
    r"unsubscri|mailing list|mailman|yahoo! groups|yahoogroups|egroups|google groups|googlegroups|to post|list archives?|subscription|list-\w+:|this (?:list|group)|you (?:are receiving|received) this|lists?\.\w+\.\w|listinfo|archives?\b.{0,200}http|sponsor|yahoo|hotmail|get your free|msn\b|powered by|"
    r"abmelden|désabonner|désinscri|darse de baja|cancellar|afmelden|sourceforge|avast|virus|advert|free email|view this message in context|this mail sent through",
    re.IGNORECASE,
)
_LIST_OPENS = re.compile(
    r"\W*(?:to unsubscribe\b|you received this message because|you are receiving this|this message was sent to|view this message in context|to post (?:a message )?to this|visit this (?:topic|link|group)|do you yahoo!\?)",
    re.IGNORECASE,
)
_LEGAL = re.compile(  # in what was written small
    r"confidential|intended (?:recipient|solely|only|for)|privileged|recipient|in error|erroneous|notify the sender|delete (?:this|it|the|all)|disclos|dissemin|unauthori[sz]ed|liabil|property of|vertraulich|irrtümlich|unbefugt|adressat|vernichten|"
    r"confidentiel|destinataire|erreur|détrui|confidencial|destinat[aá]rio|por err|elimin|por engano|apag|riservat|per errore|vertrouwelijk|geadresseerde|abuis|abusievelijk|verwijder|fortrolig|konfidentiell|misstag|avsedd|radera|ved en fejl|confidenzial|poufn|adresat|omyłk|usuni|luottamuksel|vahingossa|конфиденциальн|получател|ошиб|virus|copyright|statements and opinions|responsible for",
)
_PRINTED = re.compile(  # about this very mail: of others it may be a promise
    r"\W*(?:P )?(?:please |bitte )?(?:(?:consider|think of|think about) (?:the|our) environment|(?:denken|schützen) sie (?:an )?(?:die|unsere) umwelt|(?:avant d.imprimer|pensez|respectons|protégeons)\b.{0,60}environnement|antes de imprimir|por favor,? piense en el medio|prima di stampare|pensa all.ambiente|denk aan het milieu|tänk på miljön|tenk på miljøet).{0,80}\b(?:this|diese|cet?|est[ae]|questa|dit|deze|detta|denne)\b",
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
# What a footer never says and whoever answers may: of themselves, of a line by its number, or hanging on the words above.
_OWN = re.compile(
    r"\b(?:i(?!\.e)|i['’]\w+|my|me|ich|mir|mich|mein\w*|je|j['’]\w+|yo|io|ik|eu|(?:line|point|number) \d+)\b|#\d"
    r"|^\W*(?:and|but|only|except|unless|not|provided|as long as|also|so|then|however|though|und|aber|nur|außer|nicht|et|mais|sauf|pero|salvo|ma|però|en|maar|mas)\b",
    re.IGNORECASE,
)
_TURNS = re.compile(  # what turns the words above around, which the sentence of a device never does
    r"\b(?:but|only|if|unless|except|not|no|never|until|without|when|line|point|wenn|falls|aber|nur|nicht|kein\w*|außer|ohne|bis|si|mais|sauf|seulement|pas|sans|pero|salvo|solo|sin|se|ma|senza|als|maar|alleen|niet|mas|só|não|sem)\b|n['’]t\b",
    re.IGNORECASE,
)
_THIS_MAIL = re.compile(  # a lawyer's paragraph is about the mail that it stands in
    r"e-?mail|message|communication|transmission|attachment|recipient|courriel|nachricht|empfänger|destinat|mensaje|correo|mensagem|messaggio|bericht|geadresseerde|meddelande|melding|wiadomoś|сообщени|viesti",
    re.IGNORECASE,
)
_LINK = re.compile(r"https?://\S|www\.\S", re.IGNORECASE)
_LIST_ITEM = re.compile(r"\s*(?:\d{1,3}[.):]|[-*•–+]\s|[a-z][.)]\s)", re.IGNORECASE)
_CONTACT = re.compile(
    r"(?:\+|\b)(?:\(?\d[\d ().\-/]{6,}\d)|[\w.+-]@[\w-]+\.\w|https?:|www\.|\w[\w-]\.(?:com|org|net)\b|\b(?:tel|phone|ph|fax|mobile|cell|mob|telefon|téléphone|office|direct|voice|pager|e-?mail|skype|icq|aim|pgp|web)\b\s*(?:no|nr|\.|:|#)|\bx-?\d{4,6}\b|\b(?:inc|llc|ltd|gmbh|corp|corporation|company|department|university|manager|director|engineer|consultant|president|street|suite|road|avenue)\b",
    re.IGNORECASE,
)
_OPENS = re.compile(r"\W*[^\W\d_][^:@/]*[^,:;.?!]$")  # a name, a company: no label, sentence or address
_BAR = re.compile(r"\s+[|•·–-]\s")
_DASH_NAME = re.compile(r"\s*[-–—~/]{1,2}[^\W\d_][^\W\d_]+ [^\W\d_]+\s*$")
_PROSE = re.compile(
    r"^\W*p\.?\s?p?\.?s\b|\b(?:I|we|you|please|is|are|was|will|ich|wir|je|nous)\b(?!\s*:)", re.IGNORECASE
)
_SIGN_OFF = re.compile(
    r"\W*(?:(?:many |much |kind(?:est)? |best |warm(?:est)? |with (?:kind|best|warm) |sincere )?(?:thanks?(?: you)?|thx|regards|rgds|wishes|best|cheers|sincerely|cordially|respectfully)(?: so much| very much| a lot| again| in advance| and (?:kind |best )?regards)?|yours(?: sincerely| faithfully| truly)?|"
    r"mit (?:freundlichen?|besten?|lieben?|herzlichen?) gr(?:ü|ue)(?:ß|ss)(?:en)?|(?:viele|liebe|beste|schöne|herzliche|freundliche) gr(?:ü|ue)(?:ß|ss)e|gr(?:ü|ue)(?:ß|ss)e?|mfg|lg|vg|(?:bien )?cordialement|amicalement|(?:un )?(?:cordial )?saludos?|atentamente|(?:cordiali |distinti )?saluti|"
    r"(?:met )?(?:vriendelijke|hartelijke) groet(?:en)?|groet(?:en|jes)?|mvg|(?:med )?(?:venlig|vennlig|vänliga?|bästa|beste) h(?:ilsen|älsning\w*)|mvh|hilsen|pozdrawiam|с уважением|atenciosamente|abraços?|s pozdravem|üdvözlettel|saygılarımla)\W*$",
    re.IGNORECASE,
)  # fmt: skip


def cut(lines: list[str], why: list[str], names: Sequence[str], *, answers: bool) -> None:
    """What stands below the words: in each stretch of typed lines, the signature and the footers."""
    start = 0
    while start < len(lines):
        if why[start]:
            start += 1
            continue
        end = start
        while end < len(lines) and not why[end]:
            end += 1
        _footers(lines, why, start, end, answers=answers)
        _signature(lines, why, start, end, names, answers=answers)
        start = end


def _footers(lines: list[str], why: list[str], start: int, end: int, *, answers: bool) -> None:
    """What programs, lists and lawyers put below. In an answer to us it stays if it may be meant: it may turn a yes around."""
    written = [k for k in range(start, end) if lines[k].strip()]
    for n, k in enumerate(written):
        line = lines[k]
        if why[k]:
            continue
        rest = [k, *takewhile(lambda i: not _is_mark(lines[i]), written[n + 1 : n + FOOTER_LINES + 1])]
        if len(line) < 160 and _MOBILE.match(line) and not (answers and _TURNS.search(line)):
            why[k] = "mobile footer"
            if len(rest) <= 2:
                _cut(why, k, end, "mobile footer")
        elif _BANNER.match(line) and not (answers and _OWN.search(line)):
            why[k] = "banner"
        elif (
            RULE.match(line)
            and 1 < len(rest) <= FOOTER_LINES
            and (reason := _footer(lines, rest, answers=answers, alone=n == 0))
        ):
            _cut(why, k, end, reason)
        elif _LIST_OPENS.match(line) and _starts_paragraph(lines, k, start) and len(rest) <= FOOTER_LINES:
            _cut(why, k, end, "list footer")
        elif (_starts_paragraph(lines, k, start) or _LEGAL_HEAD.match(line)) and len(rest) <= FOOTER_LINES:
            paragraph = _paragraph(lines, k, end)
            above = any(lines[i].strip() and not why[i] for i in range(k))
            meant = answers and (_OWN.search(paragraph) or not _THIS_MAIL.search(paragraph))
            told = _told(paragraph) + bool(_LEGAL_HEAD.match(line))
            if above and not meant and (told >= 3 or _PRINTED.match(line)):
                _cut(why, k, end, "legal footer")


def _footer(lines: list[str], rest: list[int], *, answers: bool, alone: bool) -> str:
    """What stands below a drawn rule: a footer says so in its first lines, or is short and has an address to go to.

    Where nothing stands above the rule, it is no signature: it may be how somebody begins.
    """
    first = "\n".join(lines[i] for i in rest[:6])
    if answers and _OWN.search("\n".join(lines[i] for i in rest[1:])):
        return ""
    if _LISTS.search(first) or _is_advertisement(lines, rest):
        return "list footer"
    if len(rest) > 1 and _told(_paragraph(lines, rest[1], rest[-1] + 1)) >= 3:
        return "legal footer"
    short = len(rest) <= 8 and all(len(lines[i]) < 100 for i in rest)
    return (
        "signature"
        if short and not alone and _CONTACT.search(first) and not any(_LIST_ITEM.match(lines[i]) for i in rest[1:])
        else ""
    )


def _told(text: str) -> int:
    """How many different words of lawyers stand in it."""
    return len(set(_LEGAL.findall(text.lower())))


def _is_advertisement(lines: list[str], rest: list[int]) -> bool:
    """Whether a few lines with a link stand between this rule and that of a list's own footer."""
    second = next((n for n, i in enumerate(rest[1:ADVERTISED_LINES], 1) if RULE.match(lines[i])), 0)
    above, below = ("\n".join(lines[i] for i in part) for part in (rest[1:second], rest[second : second + 4]))
    return bool(second and _LINK.search(above) and _LISTS.search(below))


def _signature(lines: list[str], why: list[str], start: int, end: int, names: Sequence[str], *, answers: bool) -> None:
    written = [k for k in range(start, end) if lines[k].strip() and not why[k]]
    above = bool(written) and any(line.strip() for line in lines[: written[0]])
    for n in range(max(0, len(written) - SIGNATURE_LINES - 1), len(written)):
        line = lines[written[n]].replace("\u00a0", " ")
        if not _is_mark(line):
            continue
        rest = [lines[i] for i in takewhile(lambda i: not _is_mark(lines[i]), written[n + 1 :])]
        if len(rest) > 3 and n == 0 and not above:
            continue  # nothing stands above: this is the message itself
        if answers and rest and line != "-- " and not _is_signed(rest, names):
            continue  # people draw such a line too, above what they have to add
        listed = any(_LIST_ITEM.match(r) for r in rest[:2]) and not any(_CONTACT.search(r) for r in rest)
        if not listed and (line == "-- " or all(len(r) < 100 for r in rest) or _LISTS.search("\n".join(rest[:2]))):
            _cut(why, written[n], end, "signature")
            break
    _contact_block(lines, why, range(start, end), names, answers=answers)


def _is_signed(rest: Sequence[str], names: Sequence[str]) -> bool:
    """Whether these lines say who wrote or how to reach them, and nothing that may be meant."""
    written = [line.strip() for line in rest if line.strip()]
    told = _is_contact(written, 4) or (_is_name(written[0], names) and not any(map(_PROSE.search, written)))
    return told and not any(_TURNS.search(line) or _OWN.search(line) for line in written)


def _is_mark(line: str) -> bool:
    """The line that begins a signature, as programs and people write it (RFC 3676 section 4.3)."""
    return line.strip(" \u00a0*") in ("--", "—", "–", "__", "---") and not line.startswith((" ", "\t"))


def _contact_block(lines: list[str], why: list[str], span: range, names: Sequence[str], *, answers: bool) -> None:
    """A block of contact lines at the end: below a sign-off or the sender's own name, which are kept, or set apart.

    The sender's own full name above it is a part of it, and stays where it stands alone. In an answer to us a block of
    somebody else may be what was asked for; else it is a signature too.
    """
    typed = [k for k in span if lines[k].strip() and not why[k]]
    for n in range(max(0, len(typed) - SIGNATURE_LINES), len(typed)):
        k, below = typed[n], [lines[i].strip() for i in typed[n + 1 :]]
        apart = n > 0 and not lines[k - 1].strip()
        full = apart and _is_full_name(lines[k], names)
        signed = _DASH_NAME.match(lines[k]) or (full and _CONTACT.search(lines[k]))
        alone = apart and signed and not (below or answers)
        ends = apart or (n > 0 and lines[k - 1].rstrip().endswith((".", "!", "?")))  # a sentence
        opens = ends and not answers and (typed[-1] - k == len(below) or _OPENS.match(lines[k]))
        if answers and any(map(_OWN.search, below)):
            continue
        if alone or (full and _is_contact(below, 4)) or (opens and _is_block([lines[k], *below])):
            _cut(why, k, span.stop, "signature")
            return
        off = _SIGN_OFF.match(lines[k]) is not None
        named = off and len(below) > 1 and len(below[0].split()) <= 4 and not _CONTACT.search(below[0])
        if (off or (n and _is_name(lines[k], names))) and _is_contact(below, 4):
            _cut(why, typed[n + 1 + named], span.stop, "signature")
            return


def _is_block(block: Sequence[str]) -> bool:
    """Whether this is a block of contact lines, of which none says whose it is: more than a list of links."""
    contacts = [text for text in block if _CONTACT.search(text)]
    if len(block) < 3 or len(contacts) < 2 or not _is_contact(block, 3) or all(_LINK.match(text) for text in contacts):
        return False
    return not any(_LIST_ITEM.match(text) or len(text) >= 70 for text in block)


def _is_contact(block: Sequence[str], share: int) -> bool:
    """Whether one line in so many says how to reach somebody, and none is prose."""
    contacts = sum(1 for text in block if _CONTACT.search(text))
    return contacts * share >= max(len(block), 1) and all(len(text) < 80 and not _PROSE.search(text) for text in block)


def _is_full_name(line: str, names: Sequence[str]) -> bool:
    """Also where a title or a number stands behind it: Ann Miller | Gardens | +49 30 123456."""
    line = _BAR.split(line)[0]
    return len(re.findall(r"[^\W\d_]{2,}", line)) > 1 and _is_name(line, names)


def _is_name(line: str, names: Sequence[str]) -> bool:
    words = [w.casefold() for w in re.findall(r"[^\W\d_]{3,}", line)]  # all of them: families share a name
    return 0 < len(words) <= 5 and len(line) < 50 and all(w in names for w in words)


def _starts_paragraph(lines: list[str], k: int, start: int) -> bool:
    return k == start or not lines[k - 1].strip() or bool(RULE.match(lines[k - 1]))


def _paragraph(lines: list[str], k: int, end: int) -> str:
    """The paragraph that begins here; the next one too, where the first is only its heading."""
    stop = next((i for i in range(k, end) if not lines[i].strip()), end)
    if _LEGAL_HEAD.match(lines[k]):
        stop = min(end, stop + 6)
    return " ".join(lines[k:stop])[:4_000]


def _cut(why: list[str], start: int, end: int, reason: str) -> None:
    for k in range(start, end):
        why[k] = why[k] or reason
