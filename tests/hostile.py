"""Texts that attack, confuse or merely surprise: each must come back as it was written, or be refused in a sentence."""

from __future__ import annotations

MARKUP = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "</textarea><script>x()</script>",
    "\"><b>fet</b>", "' onmouseover='x()", "javascript:alert(1)", "<!--", "-->", "]]>", "<![CDATA[x]]>", "&lt;b&gt;", "&amp;",
    "&#x3C;script&#x3E;", "{{ 7*7 }}", "{% load x %}", "{% csrf_token %}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{{settings.SECRET_KEY}}",
    "<iframe src=//example.org>", "<base href=//example.org>", "<meta http-equiv=refresh content=0>", "<style>*{display:none}</style>",
    "<a href='data:text/html,x'>x</a>", "<math><mtext></mtext></math>", "<details open ontoggle=x()>", "<form action=//e.org>",
)  # fmt: skip
COMMANDS = (
    "'; DROP TABLE observations_observation; --", "' OR '1'='1", "1; SELECT pg_sleep(10)", "\" OR \"\"=\"", "%' OR 1=1 --", "\\'; --",
    "admin'--", "1 UNION SELECT 1", "%s %(name)s %d", "{0} {name}", "%n%n%n", "$(rm -rf /)", "`id`", "| ls", "; ls", "&& ls", "../../etc/passwd",
    "..\\..\\windows", "file:///etc/passwd", "\\\\host\\share", "%00", "%0d%0aSet-Cookie: a=b", "C:\\CON", "NUL", "*)(uid=*",
)  # fmt: skip
FORMULAS = (
    "=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "=HYPERLINK(\"//e.org\")", "'=1+1", "''=1", "＝1+1", "＋1", "－1", "＠x",
    "=IMPORTXML(A1)", "-2+3+cmd|x", "@x", "=", "+", "-",
)  # fmt: skip
WORDS = (
    "Åke", "åäö ÅÄÖ éèê ñ ç ß", "O'Brien", "山田太郎", "مرحبا", "שלום", "Здравствуйте", "สวัสดี", "नमस्ते", "e\u0301", "\u212b", "ﬀ", "İstanbul",
    "👨‍👩‍👧‍👦", "🏳️‍🌈", "a\u200db", "a\u00a0b", "a\u202fb", "a\u2009b", "Z̷̢a̵l̴g̶o̸", "ﷺ", "𝒳", "\U0001f1f8\U0001f1ea", "null", "None", "undefined", "NaN",
    "true", "0", "-0", "1e5", "1/2", "½", "TRUE", "#N/A", "#REF!", "N/A", "nan", "inf", "..", ".", "?", "a" * 3999, "ö" * 3999, "\\", "\\n",
    "rad ett\nrad två", "tab\tmitt i", "\"citat\"", "”citat”", "’", "–", "−5", "50 %", "§ 3", "a;b", "a,b", "a|b", "~1", "_x0041_",
)  # fmt: skip
REFUSED = (
    "a\x00b", "a\x01b", "a\x07b", "a\x0bb", "a\x1bb[31m", "a\x7fb", "a\x80b", "a\x9fb", "a\u202eb", "a\u202ab", "a\u2066b", "a\u2069b", "a\ufffeb",
    "a\uffffb",
)  # fmt: skip
KEPT = MARKUP + COMMANDS + FORMULAS + WORDS
