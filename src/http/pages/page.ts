import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** The languages that pages speak; Indonesian where nobody asks for the other. */
export type Language = 'id' | 'en'

/** HTML that needs no more escaping. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

type Part = Markup | string | number | readonly Markup[]

function markupOf(part: Part): string {
  if (part instanceof Markup) return part.text
  if (typeof part === 'object') return part.map((one) => one.text).join('')
  return String(part).replace(/[&<>"']/g, (sign) => entities[sign] as string)
}

/** Builds HTML; whatever is put in is escaped, unless it is Markup itself. */
export function markup(texts: TemplateStringsArray, ...parts: Part[]): Markup {
  return new Markup(texts.reduce((html, text, i) => html + markupOf(parts[i - 1] as Part) + text))
}

const STYLE = `
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:34rem;margin:0 auto;padding:1.25rem}
h1{font-size:1.5rem;line-height:1.25;margin:.25rem 0 1rem;overflow-wrap:anywhere}
nav{text-align:right;font-size:.9rem}
progress{width:100%;height:1rem;accent-color:#0a7d55}
dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;margin:1rem 0}
dt{opacity:.75}dd{margin:0;text-align:right;font-weight:600}
table{width:100%;border-collapse:collapse;margin:1rem 0}
th,td{padding:.5rem .25rem;border-bottom:1px solid #8886;text-align:left;font-weight:400}
td:last-child,th:last-child{text-align:right}
tr.now{font-weight:700}tr.now th,tr.now td{font-weight:700}
.state{display:inline-block;padding:.1rem .6rem;border-radius:1rem;background:#0a7d5522;font-size:.9rem}
`
const styleHash = createHash('sha256').update(STYLE).digest('base64')

// No script at all, one style known by its hash, and pictures of our own.
const CSP = `default-src 'none'; style-src 'sha256-${styleHash}'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

export interface Page {
  status: number
  language: Language
  title: string
  body: Markup
  /** What else stands in the head. */
  head?: Markup
  /** The page asks again after so many seconds. */
  refreshS?: number | undefined
}

/** Sends a page: light, without a script, readable on a phone, in the language that was asked for. */
export function sendPage(reply: FastifyReply, page: Page): FastifyReply {
  const { status, language, title, body, head = new Markup(''), refreshS } = page
  const refresh =
    refreshS === undefined
      ? new Markup('')
      : markup`<meta http-equiv="refresh" content="${refreshS}">
`
  const { text } = markup`<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
${refresh}<title>${title}</title>${head}
<style>${new Markup(STYLE)}</style></head>
<body>${body}</body></html>
`
  return reply
    .code(status)
    .headers({ 'content-security-policy': CSP, vary: 'accept-language', 'content-language': language })
    .type('text/html; charset=utf-8')
    .send(text)
}

/** What `?lang=` says, else the first of ours in Accept-Language, else Indonesian. */
export function languageOf(request: FastifyRequest): Language {
  const { lang } = request.query as { lang?: unknown }
  if (lang === 'id' || lang === 'en') return lang
  const wishes = (request.headers['accept-language'] ?? '').split(',').map((wish, i) => {
    const [tag = '', weight] = wish
      .trim()
      .toLowerCase()
      .split(/\s*;\s*q=/)
    return { language: tag.split('-')[0], weight: weight === undefined ? 1 : Number(weight) || 0, i }
  })
  wishes.sort((a, b) => b.weight - a.weight || a.i - b.i)
  const wish = wishes.find(({ language, weight }) => weight > 0 && (language === 'id' || language === 'en'))
  return wish?.language === 'en' ? 'en' : 'id'
}
