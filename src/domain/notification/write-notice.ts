import type { EventPayloads } from '../kernel/index.ts'
import type { Locale } from '../user/index.ts'
import { type NoticeEvent, type NoticeRule, noticeRules } from './notice-rules.ts'
import { english } from './templates/english.ts'
import { indonesian } from './templates/indonesian.ts'
import type { NoticeText, NoticeTexts } from './templates/texts.ts'

const languages: Record<Locale, NoticeTexts> = { id: indonesian, en: english }

/** News as it lies in the events, and whom it is told. */
export type News = {
  [T in NoticeEvent]: { id: string; type: T; payload: EventPayloads[T] & { userId: string } }
}[NoticeEvent]

type Payload = EventPayloads[NoticeEvent]

// A table's row takes the payload of its own event; TypeScript cannot follow the key through the table.
const ruleOf = (news: News) => noticeRules[news.type] as NoticeRule<NoticeEvent>
const textOf = (news: News, locale: Locale) =>
  languages[locale][news.type] as (payload: Payload) => NoticeText

/** Whether anybody is to hear of it. */
export function isWanted(news: News): boolean {
  return ruleOf(news).wanted?.(news.payload as never) ?? true
}

/** The payment that a notice of it asks for. */
export function paymentAskedFor(news: News): string | undefined {
  return ruleOf(news).asksFor?.(news.payload as never)
}

export interface WrittenNotice extends NoticeText {
  /** The full URL at which the reader goes on; null where there is nothing to be done. */
  link: string | null
}

/** The notice of an event in its reader's language. */
export function writeNotice(news: News, locale: Locale, publicUrl: string): WrittenNotice {
  const path = ruleOf(news).path?.(news.payload as never)
  return {
    ...textOf(news, locale)(news.payload),
    link: path === undefined ? null : `${publicUrl.replace(/\/+$/, '')}${path}`,
  }
}
