import { type Markup, markup, nothing } from './markup.ts'

/** A label and its value, shown in a list on the page. */
export type Fact = readonly [string, string | number | Markup]

/** The state that a page's note displays by a colour and a sign: done, still under way, or failed. */
export type Tone = 'good' | 'wait' | 'bad'

const signs: Record<Tone, string> = { good: '✓', wait: '…', bad: '!' }

export interface Note {
  tone: Tone
  title: string
  text: string
  facts?: readonly Fact[]
  /** The links on the page; `likely` marks the link that most readers want. */
  links?: readonly { href: string; text: string; likely?: boolean }[]
  /** The text of the page's button, which changes something. The button posts to the page's own address. */
  action?: string
}

/** Returns a short message as HTML, shown in the middle of a page. */
export function noteOf({ tone, title, text, facts = [], links = [], action }: Note): Markup {
  const list = facts.length === 0 ? nothing : factsOf(facts)
  const buttons = links.map(
    ({ href, text: name, likely }) =>
      markup`<a class="${likely ? 'button' : 'button plain'}" href="${href}">${name}</a>`,
  )
  return markup`<section class="card note"><div class="sign ${tone}" aria-hidden="true">${signs[tone]}</div><h1>${title}</h1><p class="soft">${text}</p>${list}${action === undefined ? nothing : markup`<form method="post"><button class="button">${action}</button></form>`}${buttons}</section>`
}

export function factsOf(facts: readonly Fact[]): Markup {
  return markup`<dl>${facts.map(([term, fact]) => markup`<div><dt>${term}</dt><dd>${fact}</dd></div>`)}</dl>`
}
