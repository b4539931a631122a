import type { EventPayloads } from '../kernel/index.ts'
import type { Locale } from '../user/index.ts'
import { type NoticeEvent, type NoticeRule, noticeRules } from './notice-rules.ts'
import { english } from './templates/english.ts'
import { indonesian } from './templates/indonesian.ts'
import type { NoticeText, NoticeTexts } from './templates/texts.ts'

const languages: Record<Locale, NoticeTexts> = { id: indonesian, en: english }

/** An event of which a person is notified, with the id of that person. */
export type NoticedEvent = {
  [T in NoticeEvent]: { id: string; type: T; payload: EventPayloads[T] & { userId: string } }
}[NoticeEvent]

type Payload = EventPayloads[NoticeEvent]

// The casts are needed because TypeScript cannot infer that a rule takes the payload of its own event type.
const ruleOf = (event: NoticedEvent) => noticeRules[event.type] as NoticeRule<NoticeEvent>
const textOf = (event: NoticedEvent, locale: Locale) =>
  languages[locale][event.type] as (payload: Payload) => NoticeText

/** Whether anybody is to be notified of an event. */
export function isWanted(event: NoticedEvent): boolean {
  return ruleOf(event).wanted?.(event.payload as never) ?? true
}

/** Returns the payment that an event's notice asks the buyer to make, if any. */
export function paymentAskedFor(event: NoticedEvent): string | undefined {
  return ruleOf(event).asksFor?.(event.payload as never)
}

export interface WrittenNotice extends NoticeText {
  /** The full URL of the page that the notice links to; null if the reader has nothing to do. */
  link: string | null
}

/** Writes the notice of an event in its reader's language. */
export function writeNotice(event: NoticedEvent, locale: Locale, publicUrl: string): WrittenNotice {
  const path = ruleOf(event).path?.(event.payload as never)
  return {
    ...textOf(event, locale)(event.payload),
    link: path === undefined ? null : `${publicUrl.replace(/\/+$/, '')}${path}`,
  }
}
