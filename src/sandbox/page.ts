import type { FastifyRequest } from 'fastify'
import { fieldsOf } from './fields.ts'

/** The languages that the sandbox's pages speak. */
export type Language = 'id' | 'en'

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign)
}

const STYLE = `
:root{color-scheme:light dark;--ink:#172033;--soft:#566075;--ground:#f3f5f9;--card:#fff;--line:#d9dfea;--brand:#2449c4;--tint:#e9eefc;--note:#6b4300;--note-tint:#fdf0d5;font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
@media(prefers-color-scheme:dark){:root{--ink:#e8ecf6;--soft:#a6b0c6;--ground:#0d1220;--card:#161d2f;--line:#2d374f;--brand:#9db4ff;--tint:#1d2947;--note:#f6c768;--note-tint:#3a2c10}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);overflow-wrap:anywhere}
header,main{max-width:32rem;margin:0 auto;padding:0 1rem}
header{display:flex;justify-content:space-between;align-items:center;min-height:3.5rem}
header b{color:var(--brand);font-size:1.1rem}
a{color:var(--brand)}
header a{display:inline-flex;align-items:center;min-height:2.75rem;padding:0 .25rem}
:focus-visible{outline:3px solid var(--brand);outline-offset:2px}
.note{margin:0;padding:.5rem 1rem;background:var(--note-tint);color:var(--note);text-align:center;font-size:.875rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:1rem;padding:1.25rem;margin:0 0 1rem}
h1{font-size:1.9rem;line-height:1.2;margin:.25rem 0}
h2{font-size:1rem;margin:1.25rem 0 .5rem}
p{margin:.25rem 0;color:var(--soft)}
.ways{display:grid;grid-template-columns:repeat(auto-fill,minmax(8.5rem,1fr));gap:.5rem}
button,.button{display:flex;align-items:center;justify-content:center;min-height:3rem;padding:.5rem;border:1px solid var(--line);border-radius:.75rem;background:var(--tint);color:var(--ink);font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}
.button{margin-top:1rem;color:var(--brand);border-color:var(--brand)}
`

const texts: Record<Language, { notice: string; other: { language: Language; name: string } }> = {
  id: {
    notice: 'Ini halaman uji coba: tidak ada uang sungguhan.',
    other: { language: 'en', name: 'English' },
  },
  en: {
    notice: 'This is a page for tests: no real money moves.',
    other: { language: 'id', name: 'Bahasa Indonesia' },
  },
}

/**
 * Renders a page that a buyer sees at a provider: plain HTML that works without script. `body` is HTML,
 * `title` is text.
 */
export function sandboxPage({
  title,
  language,
  body,
}: {
  title: string
  language: Language
  body: string
}): string {
  const { notice, other } = texts[language]
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><link rel="icon" href="data:,"><style>${STYLE}</style></head>
<body><p class="note">${notice}</p>
<header><b>Laku</b><a href="?lang=${other.language}" hreflang="${other.language}" lang="${other.language}">${other.name}</a></header>
<main>${body}</main></body></html>
`
}

/** Writes an instant in the form that people in Jakarta read. */
export function instantText(language: Language, at: Date | number): string {
  const locale = language === 'id' ? 'id-ID' : 'en-GB'
  const shape = { dateStyle: 'medium', timeStyle: 'short', timeZone: 'Asia/Jakarta' } as const
  return `${new Intl.DateTimeFormat(locale, shape).format(at)} WIB`
}

/**
 * Returns the language of a page. It is the language that `?lang=` names. Without `?lang=`, it is English if
 * the browser names English before Indonesian, and otherwise Indonesian.
 */
export function languageOf(request: FastifyRequest): Language {
  const { lang } = fieldsOf(request.query)
  if (lang === 'id' || lang === 'en') return lang
  const first = /\b(id|en)\b/i.exec(request.headers['accept-language'] ?? '')?.[1]
  return first?.toLowerCase() === 'en' ? 'en' : 'id'
}
