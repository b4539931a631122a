import { finalTier, type SessionView } from '../../domain/group-buying/index.ts'
import { formatIdr, type Rupiah } from '../../domain/kernel/index.ts'
import { type Markup, markup, nothing } from './markup.ts'
import { type Fact, factsOf, noteOf, type Tone } from './note.ts'
import type { Language, Page } from './page.ts'
import { PICTURE } from './session-picture.ts'
import { type Standing, sessionTexts, standingOf, timeLeftText, unitsLeft } from './session-texts.ts'
import { countOf, instantOf, moneyOf, whole } from './words.ts'

/**
 * The seconds after which the page of an open session reloads itself. So its figures and its
 * remaining time stay current without a script.
 */
const REFRESH_S = 60

const tones: Record<Standing, Tone> = {
  open: 'good',
  full: 'wait',
  deciding: 'wait',
  reached: 'good',
  failed: 'bad',
  cancelled: 'bad',
  refunded: 'bad',
}

interface Shown {
  session: SessionView
  language: Language
  standing: Standing
  /** Whether the session still runs: buyers can join it, or wait until a buyer leaves a full session. */
  running: boolean
  now: Date
  url: string
}

/**
 * Returns the page of a group-buying session at this instant, in `language`. Its links begin with
 * `publicUrl`.
 */
export function sessionPage(
  session: SessionView,
  at: { now: Date; language: Language; publicUrl: string },
): Page {
  const standing = standingOf(session, at.now)
  const running = standing === 'open' || standing === 'full'
  const url = `${at.publicUrl}/s/${session.code}`
  const shown = { ...at, session, standing, running, url }
  const body = standing in sessionTexts[at.language].over ? overOf(shown) : offerOf(shown)
  const refresh = running || standing === 'deciding' ? { afterS: REFRESH_S } : undefined
  const title = session.product.name
  return { status: 200, language: at.language, title, head: headOf(shown), body, refresh }
}

/** Returns the page that is shown if the session does not exist or must not be shown. */
export function missingSessionPage(language: Language): Page {
  const { title, text } = sessionTexts[language].notFound
  return { status: 404, language, title, body: noteOf({ tone: 'bad', title, text }), hidden: true }
}

const stateOf = ({ standing, language }: Shown): Markup =>
  markup`<span class="state ${tones[standing]}">${sessionTexts[language].standing[standing]}</span>`

/**
 * Returns the part of the page for a session that ended without success, where nothing can be bought any
 * more.
 */
function overOf(shown: Shown): Markup {
  const { session, language, standing } = shown
  const texts = sessionTexts[language]
  return markup`<section class="card note">${stateOf(shown)}<h1>${session.product.name}</h1>
<p class="soft">${texts.over[standing as keyof typeof texts.over]}</p>${factsOf([[texts.code, whole(session.code)]])}</section>`
}

function offerOf(shown: Shown): Markup {
  return markup`<div class="two"><section class="card">${summaryOf(shown)}</section>
<div><section class="card">${pricesOf(shown)}</section>${shown.running ? rulesOf(shown) : nothing}</div></div>`
}

function summaryOf(shown: Shown): Markup {
  const { session, language, running } = shown
  const texts = sessionTexts[language]
  const missing = session.moq - session.paidUnits
  const count = (n: number) => countOf(language, n)
  const outlook = missing > 0 ? texts.missing(missing, count(missing)) : texts.reached
  return markup`${stateOf(shown)}
<h1>${session.product.name}</h1>${priceOf(shown)}
<label>${texts.sold(count(session.paidUnits), count(session.moq))}
<progress max="${session.moq}" value="${Math.min(session.paidUnits, session.moq)}"></progress></label>
${running ? markup`<p class="soft">${outlook}</p>` : nothing}
${factsOf(figuresOf(shown))}`
}

type ShownTier = SessionView['tiers'][number]

/**
 * Returns the price tier that is valid now. While the session runs, it depends on the number of units paid
 * for so far. After the session's end it is the final tier.
 */
const currentTier = ({ session, running }: Shown): ShownTier | undefined =>
  running
    ? finalTier(session.tiers, session.paidUnits)
    : session.tiers.find((tier) => tier.minUnits === session.finalMinUnits)

/** Returns a tier's price of a unit; the lowest and the highest price if its variants differ. */
function priceIn(
  { unitPriceIdr: lowestIdr, variantPrices }: ShownTier,
  money: (amount: Rupiah) => Markup | string = moneyOf,
): Markup {
  const highestIdr = Math.max(lowestIdr, ...(variantPrices ?? []).map(({ unitPriceIdr }) => unitPriceIdr))
  const rest = highestIdr === lowestIdr ? nothing : markup` – ${money(highestIdr)}`
  return markup`${money(lowestIdr)}${rest}`
}

/**
 * Returns the part of the page with the prices of a unit: the current price, the lowest that it may reach,
 * and the price to pay at the join.
 */
function priceOf(shown: Shown): Markup {
  const { session, language, running } = shown
  const { each, priceMay, payFirst } = sessionTexts[language]
  const current = currentTier(shown)
  if (!current) return nothing
  const most = (session.closePolicy === 'at_moq' ? session.moq : session.capacity) ?? Number.POSITIVE_INFINITY
  const lowest = session.tiers.findLast((tier) => tier.minUnits <= most)
  const first = finalTier(session.tiers, 0)
  const notes: Markup[] = []
  if (running && lowest && lowest.minUnits > current.minUnits)
    notes.push(priceMay(priceIn(lowest), countOf(language, lowest.minUnits)))
  if (running && current.minUnits > first.minUnits) notes.push(payFirst(priceIn(first)))
  return markup`<p class="price">${priceIn(current)} <small>${each}</small></p>${notes.map((note) => markup`<p class="soft">${note}</p>`)}`
}

function figuresOf({ session, language, standing, running, now }: Shown): Fact[] {
  const texts = sessionTexts[language]
  const count = (n: number) => countOf(language, n)
  const left = unitsLeft(session)
  const figures: Fact[] = [[texts.participants, count(session.participants)]]
  if (running && left !== undefined) figures.push([texts.left, count(left)])
  if (running && session.heldUnits > 0) figures.push([texts.held, count(session.heldUnits)])
  if (running && session.perUserLimit !== null) figures.push([texts.perBuyer, count(session.perUserLimit)])
  if (running) figures.push([texts.timeLeft, timeLeftText(language, session.endsAt, now)])
  // The planned end is displayed only until the session's result is known. Later it may be wrong, because a
  // session that reached its minimum may have closed earlier.
  if (running || standing === 'deciding') figures.push([texts.ends, instantOf(language, session.endsAt)])
  figures.push([texts.code, whole(session.code)])
  return figures
}

/**
 * Returns the part of the page with the session's price tiers. The tier whose price is valid now is marked.
 */
function pricesOf(shown: Shown): Markup {
  const { session, language, running } = shown
  const texts = sessionTexts[language]
  const current = currentTier(shown)
  const rows = session.tiers.map((tier) => {
    const { minUnits } = tier
    const isCurrent = minUnits === current?.minUnits
    const mark = isCurrent ? markup` class="now" aria-current="true"` : nothing
    const note = isCurrent ? markup`<small>${running ? texts.current : texts.finalPrice}</small>` : nothing
    const from = texts.from(minUnits, countOf(language, minUnits))
    return markup`<tr${mark}><th scope="row">${from}${note}</th><td>${priceIn(tier, formatIdr)}</td></tr>`
  })
  return markup`<h2>${running && session.tiers.length > 1 ? texts.prices : texts.priceList}</h2><table><caption>${texts.perUnit}</caption>${rows}</table>`
}

function rulesOf({ session, language, standing, url }: Shown): Markup {
  const texts = sessionTexts[language]
  const join = standing === 'full' ? texts.full : texts.join(whole(session.code))
  const rebate = session.tiers.length > 1 ? markup`<li>${texts.rebate}</li>` : nothing
  const message = encodeURIComponent(texts.shareText(session.product.name, url))
  return markup`<section class="card"><h2>${texts.rules}</h2>
<ul><li>${join}</li><li>${texts.closes[session.closePolicy]}</li>${rebate}<li>${texts.refund}</li></ul>
<a class="button" href="https://wa.me/?text=${message}" rel="noopener noreferrer">${texts.share}</a></section>`
}

const openGraphLocales: Record<Language, string> = { id: 'id_ID', en: 'en_US' }

/**
 * Returns the page's tags for link previews (Open Graph), and the tags with the page's address in each
 * language.
 */
function headOf({ session, language, url }: Shown): Markup {
  const texts = sessionTexts[language]
  const lowest = Math.min(...session.tiers.map((tier) => tier.unitPriceIdr))
  const preview = texts.preview(session, lowest)
  const sold = texts.sold(countOf(language, session.paidUnits), countOf(language, session.moq))
  const other = openGraphLocales[language === 'id' ? 'en' : 'id']
  return markup`
<meta name="description" content="${preview}">
<link rel="canonical" href="${url}">
<link rel="alternate" hreflang="id" href="${url}?lang=id"><link rel="alternate" hreflang="en" href="${url}?lang=en">
<meta property="og:type" content="website"><meta property="og:site_name" content="Laku"><meta property="og:url" content="${url}">
<meta property="og:title" content="${session.product.name}"><meta property="og:description" content="${preview}">
<meta property="og:locale" content="${openGraphLocales[language]}"><meta property="og:locale:alternate" content="${other}">
<meta property="og:image" content="${url}/picture.png"><meta property="og:image:type" content="image/png">
<meta property="og:image:width" content="${PICTURE.width}"><meta property="og:image:height" content="${PICTURE.height}">
<meta property="og:image:alt" content="${sold}">
<meta name="twitter:card" content="summary_large_image">`
}
