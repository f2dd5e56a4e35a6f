"""What programs that no test can drive make of a reply to a letter of ours: phones, webmail, and what offices use.

The shapes are written from knowledge of the programs, and hold nothing of anybody's mail. ANSWER is what is typed, LETTER
what is quoted; MARKED is the letter with "> ", and HTML its HTML half.
"""

import re
from html import escape

import pytest

from agent.mail.message import Message
from agent.mail.quote import new_text

LETTER = """Thank you, Jonas.

Kept for “Good thanks”: “A quiet word, later on.”

How do you prefer to be critiqued? What is good feedback to you?

When, where, how straight? For example: “Straight, the same day, and never in front of others.”

PASS skips it. LATER brings it back next week. PAUSE stops the emails until you write again.

--\x20
Alliance for Maya and Jonas. PASS, PAUSE, HELP or STOP work in any reply. What I store about you: reply MY DATA."""
SUBJECT = "3 of 12: good feedback"
HTML = (
    f"<title>{SUBJECT}</title><div>How do you prefer to be critiqued? What is good feedback to you?</div><table><tr><td>"
    + "".join(f"<p>{p.replace(chr(10), '<br>')}</p>" for p in LETTER.replace("PASS", "<b>PASS</b>", 1).split("\n\n"))
    + "</td></tr></table>"
)
NAME, ADDRESS = (
    "Alliance (for Maya and Jonas)",
    "alliance+aeuadtoehkvbxwy5ni2lxnz4zx5y2bolz7tykraa@alliance.example.org",
)
ANSWERS = (
    "AGREE",
    "Straight, please.\nAnd never by phone.",
    "4\nmornings\nmoney\npartly",
    "Straight, the same day.",
    "Agree, except 3",
    "Two things:\n\n1. rest\n2. work\n\nPRIVATE I am afraid of it",
    "Jonas",
    "From: the heart.",
)

ENGLISH = "From: NAME <ADDRESS>\nSent: Monday, March 2, 2026 10:02:11 AM\nTo: Jonas Berg <jonas@example.org>\nSubject: SUBJECT\n\n"
GERMAN = "Von: NAME <ADDRESS>\nGesendet: Montag, 2. März 2026 10:02\nAn: Jonas Berg <jonas@example.org>\nBetreff: SUBJECT\n\n"
FRENCH = (
    "De : NAME <ADDRESS>\nEnvoyé : lundi 2 mars 2026 10:02\nÀ : Jonas Berg <jonas@example.org>\nObjet : SUBJECT\n\n"
)
RULE = "_" * 32
# By program: the text half, and the HTML half or "".
SHAPES = {
    "outlook for ios": (
        f"ANSWER\n\nGet Outlook for iOS<https://aka.ms/o0ukef>\n{RULE}\n{ENGLISH}LETTER",
        ('<div dir="auto">ANSWER</div><div id="ms-outlook-mobile-signature"><div><br></div>Get <a href="https://aka.ms/o0ukef">Outlook '
        'for iOS</a></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><b>From:</b> '
        "NAME &lt;ADDRESS&gt;<br><b>Sent:</b> Monday, March 2, 2026 10:02:11 AM<br><b>To:</b> Jonas Berg<br><b>Subject:</b> SUBJECT"
        "<div>&nbsp;</div></div>HTML"),
    ),
    "new outlook for android": (
        f"ANSWER\n\nOutlook für Android<https://aka.ms/AAb9ysg> abrufen\n{RULE}\n{GERMAN}LETTER",
        ('<div dir="auto">ANSWER</div><div id="ms-outlook-mobile-signature" dir="auto"><a href="https://aka.ms/AAb9ysg">Outlook für '
        'Android</a> abrufen</div><div id="mail-editor-reference-message-container" dir="auto"><hr><div>Von: NAME &lt;ADDRESS&gt;<br>'
        "Gesendet: Montag, 2. März 2026 10:02<br>An: Jonas Berg<br>Betreff: SUBJECT</div>HTML</div>"),
    ),
    "outlook on the web": (
        f"ANSWER\n{RULE}\n{GERMAN}LETTER",
        ('<div class="elementToProof">ANSWER</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%"><div '
        'id="divRplyFwdMsg"><b>Von:</b> NAME &lt;ADDRESS&gt;<br><b>Gesendet:</b> Montag<br><b>An:</b> Jonas</div>HTML'),
    ),
    "outlook in french": (f"ANSWER\n\n{RULE}\n{FRENCH}LETTER", ""),
    "outlook for mac": ("ANSWER\n\nFrom: NAME <ADDRESS>\nDate: Monday, 2 March 2026 at 10:02\nTo: Jonas Berg <jonas@example.org>\nSubject: SUBJECT\n\nLETTER", ""),
    "outlook in plain text": (f"ANSWER\n\n-----Original Message-----\n{ENGLISH}LETTER", ""),
    "outlook in plain text, marked": (f"ANSWER\n\n-----Ursprüngliche Nachricht-----\n{GERMAN}MARKED", ""),
    "yahoo": (
        " ANSWER\n    On Monday, March 2, 2026 at 10:02:11 AM GMT+1, NAME <ADDRESS> wrote:  \n \n LETTER",
        ('<div class="ydp1f2e3dyahoo-style-wrap" style="font-size:13px;"><div dir="ltr" data-setdir="false">ANSWER</div><div><br></div>'
        '</div><div id="ydp9c8b7ayahoo_quoted_4242" class="ydp9c8b7ayahoo_quoted"><div>On Monday, March 2, 2026 at 10:02:11 AM GMT+1, '
        "NAME &lt;ADDRESS&gt; wrote:</div><div><br></div>HTML</div>"),
    ),
    "yahoo on android": (
        "ANSWER\n\nYahoo Mail: Search, Organize, Conquer \n \n  On Mon, Mar 2, 2026 at 10:02, NAME<ADDRESS> wrote:   LETTER",
        ('ANSWER<br><br><div id="ymail_android_signature"><a href="https://mail.onelink.me/1">Yahoo Mail: Search, Organize, Conquer</a>'
        '</div> <br> <blockquote style="margin: 0 0 20px 0;"> <div>On Mon, Mar 2, 2026 at 10:02, NAME</div><div>&lt;ADDRESS&gt; wrote:'
        "</div> <div>HTML</div> </blockquote>"),
    ),
    "gmx": (
        'ANSWER\n \n \n\nGesendet: Montag, 2. März 2026 um 10:02 Uhr\nVon: "NAME" <ADDRESS>\nAn: jonas@example.org\nBetreff: SUBJECT\n\nLETTER',
        ('<div style="font-family: Verdana;"><div>ANSWER</div><div>&nbsp;<div name="quote" style="margin:10px 5px 5px 10px;border-left:2px '
        'solid #C3D9E5;"><div style="margin:0 0 10px 0;"><b>Gesendet:</b>&nbsp;Montag, 2. März 2026 um 10:02 Uhr<br><b>Von:</b>&nbsp;'
        '&quot;NAME&quot; &lt;ADDRESS&gt;<br><b>An:</b>&nbsp;jonas@example.org<br><b>Betreff:</b>&nbsp;SUBJECT</div><div '
        'name="quoted-content">HTML</div></div></div></div>'),
    ),
    "web.de on a phone": (
        "ANSWER\n--\nDiese Nachricht wurde von meinem Android Mobiltelefon mit WEB.DE Mail gesendet.\nAm 02.03.26, 10:02 schrieb NAME <ADDRESS>:\nMARKED",
        ('ANSWER<br>--<br>Diese Nachricht wurde von meinem Android Mobiltelefon mit WEB.DE Mail gesendet.<div class="mail_android_quote">'
        'Am 02.03.26, 10:02 schrieb NAME &lt;ADDRESS&gt;:<blockquote class="gmail_quote">HTML</blockquote></div>'),
    ),
    "proton": (
        "ANSWER\n\nSent with [Proton Mail](https://proton.me/mail/home) secure email.\n\nOn Monday, March 2nd, 2026 at 10:02 AM, NAME <ADDRESS> wrote:\n\nMARKED",
        ('<div style="font-size: 14px;">ANSWER</div><div class="protonmail_signature_block"><div class="protonmail_signature_block-proton">'
        'Sent with <a href="https://proton.me/mail/home">Proton Mail</a> secure email.</div></div><div class="protonmail_quote">On '
        'Monday, March 2nd, 2026 at 10:02 AM, NAME &lt;ADDRESS&gt; wrote:<br><blockquote class="protonmail_quote" type="cite">HTML'
        "</blockquote></div>"),
    ),
    "fastmail": (
        "ANSWER\n\nOn Mon, 2 Mar 2026, at 10:02 AM, NAME wrote:\nMARKED",
        ('<div>ANSWER</div><div><br></div><div>On Mon, 2 Mar 2026, at 10:02 AM, NAME wrote:<br></div><blockquote type="cite" id="qt">HTML'
        "</blockquote>"),
    ),
    "k-9": (
        'ANSWER\n\n-- \nDiese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.\n\nAm 2. März 2026 10:02:11 MEZ schrieb "NAME" <ADDRESS>:\nMARKED',
        ('<html><head></head><body><div dir="auto">ANSWER</div><br><br><div class="k9mail-signature">-- <br>Diese Nachricht wurde von '
        'meinem Android-Gerät mit K-9 Mail gesendet.</div><br><br><div class="gmail_quote">Am 2. März 2026 10:02:11 MEZ schrieb '
        '"NAME" &lt;ADDRESS&gt;:<blockquote class="gmail_quote">HTML</blockquote></div></body></html>'),
    ),
    "samsung": (
        "ANSWER\n\n\nVon meinem Galaxy gesendet\n\n\n-------- Ursprüngliche Nachricht --------\nVon: NAME <ADDRESS> \nDatum: 02.03.26  10:02  (GMT+01:00) \nAn: Jonas Berg <jonas@example.org> \nBetreff: SUBJECT \n\nLETTER",
        ('<div dir="auto">ANSWER</div><div dir="auto"><br></div><div id="composer_signature" dir="auto"><div style="font-size:12px">Von '
        'meinem Galaxy gesendet</div></div><div dir="auto"><br></div><div align="left" dir="auto"><div>-------- Ursprüngliche Nachricht '
        "--------</div><div>Von: NAME &lt;ADDRESS&gt; </div><div>Datum: 02.03.26  10:02  (GMT+01:00) </div><div>An: Jonas Berg "
        "&lt;jonas@example.org&gt; </div><div>Betreff: SUBJECT </div><div><br></div></div>HTML"),
    ),
    "superhuman": (
        "ANSWER\n\nSent via Superhuman ( https://sprh.mn/?vip=jonas@example.org )\n\nOn Mon, Mar 02, 2026 at 10:02 AM, NAME < ADDRESS > wrote:\n\nMARKED",
        ('<div><div>ANSWER</div><div><br></div><div class="sh-signature"><div class="gmail_signature">Sent via <a href="https://sprh.mn">'
        'Superhuman</a></div></div></div><br><div class="gmail_quote">On Mon, Mar 02, 2026 at 10:02 AM, NAME <span>&lt;ADDRESS&gt;'
        '</span> wrote:<br><blockquote class="gmail_quote">HTML</blockquote></div>'),
    ),
    "spark": (
        "ANSWER\n\nSent with Spark\nOn 2 Mar 2026 at 10:02 +0100, NAME <ADDRESS>, wrote:\nMARKED",
        ('<div name="messageBodySection"><div dir="auto">ANSWER</div></div><div name="messageSignatureSection"><br>Sent with '
        '<a href="https://sparkmailapp.com">Spark</a></div><div name="messageReplySection">On 2 Mar 2026 at 10:02 +0100, NAME '
        '&lt;ADDRESS&gt;, wrote:<br><blockquote type="cite">HTML</blockquote></div>'),
    ),
    "hey": (
        "ANSWER\n\nOn March 2, 2026, NAME <ADDRESS> wrote:\nMARKED",
        ('<div class="trix-content"><div>ANSWER</div></div><br><blockquote><div>On March 2, 2026, NAME &lt;ADDRESS&gt; wrote:</div>HTML'
        "</blockquote>"),
    ),
    "roundcube": (
        "ANSWER\n\nAm 2026-03-02 10:02, schrieb NAME:\nMARKED",
        '<p>ANSWER</p><p id="reply-intro">Am 2026-03-02 10:02, schrieb NAME:</p><blockquote type="cite">HTML</blockquote>',
    ),
    "horde": ("ANSWER\n\nZitat von NAME <ADDRESS>:\n\nMARKED\n\n\n", ""),
    "horde in english": ('ANSWER\n\nQuoting "NAME" <ADDRESS>:\n\nMARKED\n', ""),
    "sogo": (
        'ANSWER\n\nOn Monday, March 02, 2026 10:02 CET, "NAME" <ADDRESS> wrote:\n\xa0\nMARKED',
        ('<html>ANSWER<br /><br />On Monday, March 02, 2026 10:02 CET, "NAME" &lt;ADDRESS&gt; wrote:<br />&nbsp;<blockquote type="cite" '
        'cite="ADDRESS">HTML</blockquote></html>'),
    ),
    "zimbra": (
        'ANSWER\n\n----- Mail original -----\nDe: "NAME" <ADDRESS>\nÀ: "jonas" <jonas@example.org>\nEnvoyé: Lundi 2 Mars 2026 10:02:11\nObjet: SUBJECT\n\nLETTER',
        ('<div style="font-family: arial">ANSWER<div><br></div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__">'
        '<blockquote><b>De: </b>"NAME" &lt;ADDRESS&gt;<br><b>À: </b>"jonas"<br><b>Envoyé: </b>Lundi 2 Mars 2026 10:02:11<br><b>Objet: '
        '</b>SUBJECT<br></blockquote></div><div data-marker="__QUOTED_TEXT__"><blockquote>HTML</blockquote></div></div>'),
    ),
    "notes": ("ANSWER\n\n\n\nFrom:\tNAME <ADDRESS>\nTo:\tJonas Berg <jonas@example.org>\nDate:\t02.03.2026 10:02\nSubject:\tSUBJECT\n\n\n\nLETTER\n", ""),
    "inotes": ('ANSWER\n\n-----"NAME" <ADDRESS> schrieb: -----\nAn: jonas@example.org\nVon: "NAME" <ADDRESS>\nDatum: 02.03.2026 10:02\nBetreff: SUBJECT\n\nLETTER', ""),
    "iphone in german": (
        "ANSWER\n\nVon meinem iPhone gesendet\n\n> Am 02.03.2026 um 10:02 schrieb NAME <ADDRESS>:\n> \n> \ufeffMARKED",
        ('ANSWER<br id="lineBreakAtBeginningOfSignature"><div dir="ltr">Von meinem iPhone gesendet</div><div dir="ltr"><br><blockquote '
        'type="cite">Am 02.03.2026 um 10:02 schrieb NAME &lt;ADDRESS&gt;:<br><br></blockquote></div><blockquote type="cite"><div '
        'dir="ltr">\ufeffHTML</div></blockquote>'),
    ),
    "iphone in french": (
        "ANSWER\n\nEnvoyé de mon iPhone\n\n> Le 2 mars 2026 à 10:02, NAME <ADDRESS> a écrit :\n> \n> \ufeffMARKED",
        ('ANSWER<br id="lineBreakAtBeginningOfSignature"><div dir="ltr">Envoyé de mon iPhone</div><div dir="ltr"><br><blockquote '
        'type="cite">Le 2 mars 2026 à 10:02, NAME &lt;ADDRESS&gt; a écrit&nbsp;:<br><br></blockquote></div><blockquote type="cite">'
        '<div dir="ltr">\ufeffHTML</div></blockquote>'),
    ),
    "apple mail": (
        "ANSWER\n\n> Am 02.03.2026 um 10:02 schrieb NAME <ADDRESS>:\n> \nMARKED",
        ('<html><body style="overflow-wrap: break-word;">ANSWER<br><div><br><blockquote type="cite"><div>Am 02.03.2026 um 10:02 schrieb '
        'NAME &lt;ADDRESS&gt;:</div><br class="Apple-interchange-newline"><div>HTML</div></blockquote></div><br></body></html>'),
    ),
    "gmail on a phone": (
        "ANSWER\n\nNAME <\nADDRESS> schrieb am Mo., 2.\nMärz 2026, 10:02:\n\nMARKED",
        ('<div dir="auto">ANSWER</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">NAME '
        '&lt;ADDRESS&gt; schrieb am Mo., 2. März 2026, 10:02:<br></div><blockquote class="gmail_quote">HTML</blockquote></div>'),
    ),
    "mail.ru": ("ANSWER\n\n\nПонедельник, 2 марта 2026, 10:02 +03:00 от NAME <ADDRESS>:\n\nMARKED", ""),
    "airmail": ("ANSWER\n\nOn March 2, 2026 at 10:02:11 AM, NAME (ADDRESS(mailto:ADDRESS)) wrote:\n\nMARKED", ""),
    "tuta": (
        "ANSWER\n\n\n2. März 2026, 10:02 von ADDRESS:\n\nMARKED",
        ('<div dir="auto">ANSWER</div><div dir="auto"><br></div><div dir="auto">2. März 2026, 10:02 von ADDRESS:<br></div><blockquote '
        'class="tutanota_quote">HTML</blockquote>'),
    ),
    "zoho": (
        "ANSWER\n\n---- On Mon, 02 Mar 2026 10:02:11 +0100 NAME <ADDRESS> wrote ---\n\nMARKED",
        ('<div>ANSWER</div><div class="zmail_extra_hr"></div><div class="zmail_extra">---- On Mon, 02 Mar 2026 10:02:11 +0100 <b>NAME '
        '&lt;ADDRESS&gt;</b> wrote ---<blockquote id="blockquote_zmail">HTML</blockquote></div>'),
    ),
    "qq": ('ANSWER\n\n\n------------------ 原始邮件 ------------------\n发件人: "NAME" <ADDRESS>;\n发送时间: 2026年3月2日(星期一) 下午5:02\n收件人: "jonas"<jonas@example.org>;\n主题: SUBJECT\n\nLETTER', ""),
    "orange": ('ANSWER\n\n> Message du 02/03/26 10:02\n> De : "NAME" <ADDRESS>\n> A : jonas@example.org\n> Copie à : \n> Objet : SUBJECT\n> \nMARKED', ""),
    "t-online": ('ANSWER\n\n-----Original-Nachricht-----\nBetreff: SUBJECT\nDatum: 2026-03-02T10:02:11+0100\nVon: "NAME" <ADDRESS>\nAn: "jonas@example.org" <jonas@example.org>\n\nLETTER', ""),
    # Driven by hand, without a screen: the title of our page and its first line, which no reader sees, stand in its quote.
    "thunderbird": (
        "ANSWER\n\nOn 3/3/26 8:16 AM, NAME wrote:\n> SUBJECT\n> How do you prefer to be critiqued? What is good feedback to you?\n> \xa0\u200a\n>\nMARKED",
        '<p>ANSWER</p><div class="moz-cite-prefix">On 3/3/26 8:16 AM, NAME wrote:<br></div><blockquote type="cite">HTML</blockquote>',
    ),
    "emacs": ('ANSWER\n\n"NAME"\n<ADDRESS>\nwrites:\n\nMARKED', ""),
    "notmuch": ('ANSWER\n\nOn Mon, 02 Mar 2026 10:02:11 +0100, "NAME" <ADDRESS> wrote:\nMARKED\nNon-text part: text/html', ""),
    "alpine": ('ANSWER\n\nOn Mon, 2 Mar 2026, NAME wrote:\n\n> Date: Mon, 02 Mar 2026 10:02:11 +0000\n> From: "NAME"\n>     <ADDRESS>\n> To: Jonas Berg <jonas@example.org>\n> Subject: SUBJECT\n>\nMARKED', ""),
}  # fmt: skip


def written(shape: str, answer: str, *, html: bool) -> str:
    """A half of a reply, with all that the shape leaves open."""
    if html:
        answer = escape(answer).replace("\n", "<br>")
    marked = re.sub("^", "> ", LETTER, flags=re.MULTILINE)
    filled = {"MARKED": marked, "LETTER": LETTER, "HTML": HTML, "NAME": NAME, "ADDRESS": ADDRESS, "SUBJECT": SUBJECT}
    for name, value in {**filled, "ANSWER": answer}.items():
        shape = re.sub(rf"\b{name}\b|(?<=\ufeff){name}", value.replace("\\", r"\\"), shape)
    return shape


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("halves", ["both", "text", "html"])
def test_what_was_typed_is_what_is_read(shape: str, halves: str, answer: str) -> None:
    text, html = SHAPES[shape]
    if halves != "text" and not html:
        return
    message = Message(
        froms=(("Jonas Berg", "jonas@example.org"),),
        text=written(text, answer, html=False) if halves != "html" else "",
        html=written(html, answer, html=True) if halves != "text" else "",
    )

    found = new_text(message, (f"{SUBJECT}\n\n{LETTER}",))

    assert found.kept.strip() == answer
    assert not found.disagree
    assert not found.quoted
