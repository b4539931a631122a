import { createHash } from 'node:crypto'

/**
 * The style sheet of every page: one column on a phone, two columns on a wide screen, in light and dark
 * colours.
 */
export const STYLE = `
:root{color-scheme:light dark;--ink:#14231c;--soft:#50615a;--ground:#f3f6f4;--card:#fff;--line:#dce5e0;--brand:#0a6b4a;--on:#fff;--tint:#e2f2ea;--wait:#7a4b00;--wait-tint:#fdf0d5;--bad:#9b1c1c;--bad-tint:#fde8e8;
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
@media(prefers-color-scheme:dark){:root{--ink:#e9f1ed;--soft:#a8b9b1;--ground:#0c1411;--card:#15201b;--line:#2b3a33;--brand:#4fd3a0;--on:#04251a;--tint:#16352a;--wait:#f6c768;--wait-tint:#3a2c10;--bad:#ffa8a3;--bad-tint:#421d1d}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);overflow-wrap:break-word}
header,main{max-width:60rem;margin:0 auto;padding:0 1rem}
header{display:flex;justify-content:space-between;align-items:center;min-height:3.5rem}
header b{font-size:1.25rem;letter-spacing:-.02em;color:var(--brand)}
header a{display:inline-flex;align-items:center;min-height:2.75rem;padding:0 .25rem}
a{color:var(--brand)}
:focus-visible{outline:3px solid var(--brand);outline-offset:2px;border-radius:.25rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:1rem;padding:1.25rem;margin:0 0 1rem}
h1{overflow-wrap:anywhere;font-size:1.6rem;line-height:1.25;margin:.5rem 0}
h2{font-size:1.05rem;line-height:1.3;margin:0 0 .5rem}
p{margin:.5rem 0}
.soft{color:var(--soft)}
.state{display:inline-block;padding:.2rem .75rem;border-radius:1rem;background:var(--tint);color:var(--brand);font-size:.875rem;font-weight:600}
.wait{background:var(--wait-tint);color:var(--wait)}
.bad{background:var(--bad-tint);color:var(--bad)}
.price{font-size:1.5rem;font-weight:700;margin:.25rem 0}
.price small{font-size:1rem;font-weight:400;color:var(--soft)}
.whole{white-space:nowrap}
label{display:block;font-weight:600;margin-top:1rem}
progress{appearance:none;display:block;width:100%;height:.75rem;margin:.5rem 0;border:0;border-radius:1rem;background:var(--line);overflow:hidden}
progress::-webkit-progress-bar{background:var(--line)}
progress::-webkit-progress-value{background:var(--brand);border-radius:1rem}
progress::-moz-progress-bar{background:var(--brand);border-radius:1rem}
dl{margin:1rem 0 0}
dl div{display:grid;grid-template-columns:auto 1fr;gap:1rem;padding:.6rem 0;border-top:1px solid var(--line)}
dt{color:var(--soft)}
dd{margin:0;text-align:right;font-weight:600}
ul{margin:.5rem 0;padding-left:1.25rem}
li{margin:.35rem 0}
caption{text-align:left;color:var(--soft);font-size:.875rem;padding-bottom:.5rem}
table{width:100%;border-collapse:collapse}
th,td{padding:.6rem .75rem;border-top:1px solid var(--line);text-align:left;font-weight:400}
td{text-align:right;white-space:nowrap}
.now th,.now td{background:var(--tint);font-weight:700}
.now small{display:block;font-weight:400;color:var(--soft)}
.button{width:100%;border:0;font:inherit;display:flex;align-items:center;justify-content:center;min-height:3rem;padding:.5rem 1.25rem;margin-top:1rem;border-radius:.75rem;background:var(--brand);color:var(--on);font-weight:600;text-decoration:none;text-align:center}
.plain{background:none;color:var(--brand);border:1px solid var(--brand)}
.note{max-width:30rem;margin:0 auto 1rem;text-align:center}
.note dl{text-align:left}
.sign{display:grid;place-items:center;width:4rem;height:4rem;margin:.5rem auto 1rem;border-radius:50%;background:var(--tint);color:var(--brand);font-size:1.75rem;font-weight:700}
.sign.wait{background:var(--wait-tint);color:var(--wait)}
.sign.bad{background:var(--bad-tint);color:var(--bad)}
@media(min-width:52rem){main{padding-top:1rem}.two{display:grid;grid-template-columns:7fr 5fr;gap:1rem;align-items:start}h1{font-size:2rem}}
`

const styleHash = createHash('sha256').update(STYLE).digest('base64')

/**
 * The content security policy of a page. It allows no script. It allows one style sheet, named by the hash of
 * its content, and pictures from laku itself.
 */
export const PAGE_CSP = `default-src 'none'; style-src 'sha256-${styleHash}'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

/** The content security policy of a page with a form, which may post to laku itself. */
export const FORM_CSP = PAGE_CSP.replace("form-action 'none'", "form-action 'self'")
