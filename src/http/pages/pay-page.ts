import type { Rupiah } from '../../domain/kernel/index.ts'
import { type Fact, noteOf, type Tone } from './note.ts'
import type { Language, Page } from './page.ts'
import { type PayTexts, payTexts } from './pay-texts.ts'
import { instantOf, moneyOf, whole } from './words.ts'

/** The facts about a payment that its page displays to the buyer. */
export interface PaymentShown {
  code: string
  amountIdr: Rupiah
  /** The part of the amount that the buyer's wallet pays. */
  walletIdr: Rupiah
  expiresAt: Date
  /** The code of the session that the payment is for. */
  session: string | undefined
}

/**
 * The reason why a buyer gets laku's payment page and is not sent to the provider's invoice, such as `paid`
 * or `expired`.
 */
export type PayState = Exclude<
  keyof PayTexts,
  'line' | 'code' | 'amount' | 'fromWallet' | 'byInvoice' | 'payBefore' | `to${string}`
>

const looks: Record<PayState | 'line', { status: number; tone: Tone; open?: true }> = {
  paid: { status: 200, tone: 'good' },
  refunded: { status: 200, tone: 'good' },
  review: { status: 200, tone: 'wait' },
  expired: { status: 410, tone: 'bad' },
  checking: { status: 202, tone: 'wait', open: true },
  notFound: { status: 404, tone: 'bad' },
  preparing: { status: 503, tone: 'wait', open: true },
  refused: { status: 409, tone: 'bad' },
  line: { status: 202, tone: 'wait', open: true },
}

export interface PayPage {
  language: Language
  state: PayState | { place: number; waitS: number }
  payment?: PaymentShown | undefined
  refresh?: Page['refresh']
  keeps?: string | undefined
}

/**
 * Returns laku's page of a payment. It displays no text that came with the request, except for the payment's
 * code.
 */
export function payPage({ language, state, payment, refresh, keeps }: PayPage): Page {
  const texts = payTexts[language]
  const isLine = typeof state === 'object'
  const { title, text } = isLine ? texts.line(state.place, state.waitS) : texts[state]
  const { status, tone, open } = looks[isLine ? 'line' : state]
  const facts: Fact[] = []
  if (payment) {
    const { amountIdr, walletIdr } = payment
    facts.push([texts.amount, moneyOf(amountIdr)])
    if (walletIdr > 0 && walletIdr < amountIdr)
      facts.push([texts.fromWallet, moneyOf(walletIdr)], [texts.byInvoice, moneyOf(amountIdr - walletIdr)])
    if (open) facts.push([texts.payBefore, instantOf(language, payment.expiresAt)])
    facts.push([texts.code, whole(payment.code)])
  }
  const links = [
    ...(state === 'checking' && payment ? [{ href: `/pay/${payment.code}`, text: texts.toInvoice }] : []),
    ...(payment?.session ? [{ href: `/s/${payment.session}`, text: texts.toSession, likely: !open }] : []),
  ]
  const body = noteOf({ tone, title, text, facts, links })
  return { status, language, title, body, refresh, keeps, hidden: true }
}
