import { gzipSync } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Markup, markup, nothing } from './markup.ts'
import { FORM_CSP, PAGE_CSP, STYLE } from './style.ts'

/** The languages of the pages. Indonesian is the default. */
export type Language = 'id' | 'en'

const otherLanguage = {
  id: { language: 'en', name: 'English' },
  en: { language: 'id', name: 'Bahasa Indonesia' },
} as const satisfies Record<Language, { language: Language; name: string }>

/** Returns the part of a route's schema that describes an HTML page as the answer. */
export const pageAnswer = (description: string) => ({
  description,
  content: { 'text/html; charset=utf-8': { schema: z.string() } },
})

export interface Page {
  status: number
  language: Language
  title: string
  body: Markup
  /** Markup that is added to the page's HTML head. */
  head?: Markup
  /** The page reloads itself after `afterS` seconds, from the address `to` if it is given. */
  refresh?: { afterS: number; to?: string } | undefined
  /** The query parameters that the page's link to the other language keeps, such as `back=1`. */
  keeps?: string | undefined
  /** Whether search engines must not list the page, because it is personal or its content is gone. */
  hidden?: boolean
  /** Whether the page has a form, which posts to the page's own address. */
  hasForm?: boolean
}

/** Sends a page in its language: small, without a script, and readable on a phone. */
export function sendPage(reply: FastifyReply, page: Page): FastifyReply {
  const { status, language, title, body, head = nothing, keeps } = page
  const other = otherLanguage[language]
  const href = `?${keeps ? `${keeps}&` : ''}lang=${other.language}`
  const { text } = markup`<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
${refreshOf(page)}<title>${title} · Laku</title><link rel="icon" href="/favicon.ico" sizes="32x32">${page.hidden ? markup`<meta name="robots" content="noindex">` : nothing}${head}
<style>${new Markup(STYLE)}</style></head>
<body><header><b>Laku</b><a href="${href}" hreflang="${other.language}" lang="${other.language}">${other.name}</a></header>
<main>${body}</main></body></html>
`
  reply
    .code(status)
    .headers({
      'content-security-policy': page.hasForm ? FORM_CSP : PAGE_CSP,
      vary: 'origin, accept-language, accept-encoding',
      'content-language': language,
    })
    .type('text/html; charset=utf-8')
    .serializer(String)
  const encodings = String(reply.request.headers['accept-encoding'] ?? '').slice(0, MAX_ACCEPT_HEADER)
  if (!/\bgzip\b/.test(encodings)) return reply.send(text)
  return reply.header('content-encoding', 'gzip').send(gzipSync(text))
}

function refreshOf({ refresh }: Page): Markup {
  if (!refresh) return nothing
  const to = refresh.to === undefined ? '' : `;url=${refresh.to}`
  return markup`<meta http-equiv="refresh" content="${refresh.afterS}${to}">
`
}

/**
 * The maximum number of characters that are read of an Accept-Language or Accept-Encoding header. No browser
 * sends a longer list of languages.
 */
const MAX_ACCEPT_HEADER = 256

/**
 * Returns the language in `?lang=`, else the first supported language in Accept-Language, else Indonesian.
 */
export function languageOf(request: FastifyRequest): Language {
  const { lang } = (request.query ?? {}) as { lang?: unknown }
  if (lang === 'id' || lang === 'en') return lang
  // The Accept-Language header is cut, because its length is not limited. It is split without a regular
  // expression, because some regular expressions take very long for a long text.
  const asked = (request.headers['accept-language'] ?? '').slice(0, MAX_ACCEPT_HEADER).toLowerCase()
  const wishes = asked.split(',').map((wish, i) => {
    const [tag = '', ...more] = wish.split(';')
    const weight = more
      .map((preference) => preference.trim())
      .find((preference) => preference.startsWith('q='))
    return {
      language: tag.trim().split('-')[0],
      weight: weight === undefined ? 1 : Number(weight.slice(2)) || 0,
      i,
    }
  })
  wishes.sort((a, b) => b.weight - a.weight || a.i - b.i)
  const wish = wishes.find(({ language, weight }) => weight > 0 && (language === 'id' || language === 'en'))
  return wish?.language === 'en' ? 'en' : 'id'
}
