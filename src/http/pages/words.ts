import { formatIdr, type Rupiah } from '../../domain/kernel/index.ts'
import { type Markup, markup } from './markup.ts'
import type { Language } from './page.ts'

const locales: Record<Language, string> = { id: 'id-ID', en: 'en-GB' }

const perLanguage = <T>(make: (locale: string) => T): Record<Language, T> => ({
  id: make(locales.id),
  en: make(locales.en),
})
const times = perLanguage(
  (locale) =>
    new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'Asia/Jakarta' }),
)
const counts = perLanguage((locale) => new Intl.NumberFormat(locale))

/** Formats an instant as people in Jakarta read it: `27 Nov 2026, 19.00 WIB`. */
export const instantOf = (language: Language, at: Date): Markup =>
  markup`<time datetime="${at.toISOString()}">${times[language].format(at)}\u00a0WIB</time>`

/** Formats a count in the way of the language: `1.250` in Indonesian, `1,250` in English. */
export const countOf = (language: Language, count: number): string => counts[language].format(count)

/** Marks a text that must not be broken over two lines, such as an amount or a code. */
export const whole = (text: string): Markup => markup`<span class="whole">${text}</span>`

export const moneyOf = (amount: Rupiah): Markup => whole(formatIdr(amount))
