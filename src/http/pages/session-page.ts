import { finalPrice, type SessionView } from '../../domain/group-buying/index.ts'
import { formatIdr } from '../../domain/kernel/index.ts'
import { type Language, Markup, markup, type Page } from './page.ts'
import { PICTURE } from './session-picture.ts'
import { type SessionTexts, sessionTexts, standingOf, timeLeftText, unitsLeft } from './session-texts.ts'

/** An open page reads itself again so often, so that its counts and its time are of now without a script. */
const REFRESH_S = 60

/** The page of a session, in `language`, at this instant; its links begin with `publicUrl`. */
export function sessionPage(
  session: SessionView,
  at: { now: Date; language: Language; publicUrl: string },
): Page {
  const { language, now } = at
  const texts = sessionTexts[language]
  const standing = standingOf(session, now)
  const running = standing === 'open' || standing === 'full'
  const missing = session.moq - session.paidUnits
  const name = session.product.name
  const facts = markup`<p>${missing > 0 ? texts.missing(missing) : texts.reached}</p>`
  const rules = markup`<p>${texts.closes[session.closePolicy]} ${texts.refund}</p>`
  const body = markup`
<nav><a href="?lang=${texts.other.language}" hreflang="${texts.other.language}">${texts.other.name}</a></nav>
<span class="state">${texts.standing[standing]}</span>
<h1>${name}</h1>
<label>${texts.sold(session.paidUnits, session.moq)}
<progress max="${session.moq}" value="${Math.min(session.paidUnits, session.moq)}"></progress></label>
${running ? facts : new Markup('')}
<dl>${factsOf(session, texts, running, now)}</dl>
${pricesOf(session, texts, running)}
${running ? rules : new Markup('')}
`
  const refresh = running || standing === 'deciding' ? { refreshS: REFRESH_S } : {}
  return { status: 200, language, title: name, head: headOf(session, at), body, ...refresh }
}

/** What is said where a session is not to be seen. */
export function missingSessionPage(language: Language): Page {
  const { title, text } = sessionTexts[language].notFound
  return { status: 404, language, title, body: markup`<h1>${title}</h1><p>${text}</p>` }
}

function factsOf(session: SessionView, texts: SessionTexts, running: boolean, now: Date): Markup[] {
  const left = unitsLeft(session)
  const facts: [string, string | number][] = [[texts.participants, session.participants]]
  if (running && left !== undefined) facts.push([texts.left, left])
  if (running && session.heldUnits > 0) facts.push([texts.held, session.heldUnits])
  if (running && session.perUserLimit !== null) facts.push([texts.perBuyer, session.perUserLimit])
  if (running) facts.push([texts.timeLeft, timeLeftText(texts, session.endsAt, now)])
  facts.push([texts.ends, instantText(texts, session.endsAt)])
  if (session.finalUnitPriceIdr !== null)
    facts.push([texts.finalPrice, `${formatIdr(session.finalUnitPriceIdr)} ${texts.each}`])
  return facts.map(([term, value]) => markup`<dt>${term}</dt><dd>${value}</dd>`)
}

/** The tiers, the one that counts now marked. */
function pricesOf(session: SessionView, texts: SessionTexts, running: boolean): Markup {
  const current = running ? finalPrice(session.tiers, session.paidUnits) : session.finalUnitPriceIdr
  const rows = session.tiers.map(({ minUnits, unitPriceIdr }) => {
    const mark = unitPriceIdr === current ? new Markup(' class="now" aria-current="true"') : new Markup('')
    return markup`<tr${mark}><th scope="row">${texts.from(minUnits)}</th><td>${formatIdr(unitPriceIdr)} ${texts.each}</td></tr>`
  })
  return markup`<table><caption>${texts.prices}</caption>${rows}</table>`
}

const times = (locale: string) =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone: 'Asia/Jakarta' })
const timesOf: Record<string, Intl.DateTimeFormat> = { id_ID: times('id-ID'), en_US: times('en-GB') }

const instantText = (texts: SessionTexts, at: Date) => `${timesOf[texts.locale]?.format(at)} WIB`

/** What a link preview is made of (Open Graph), and where the page is in each language. */
function headOf(session: SessionView, at: { language: Language; publicUrl: string }): Markup {
  const texts = sessionTexts[at.language]
  const url = `${at.publicUrl}/s/${session.code}`
  const lowest = Math.min(...session.tiers.map((tier) => tier.unitPriceIdr))
  const preview = texts.preview(session, lowest)
  return markup`
<meta name="description" content="${preview}">
<link rel="canonical" href="${url}">
<link rel="alternate" hreflang="id" href="${url}?lang=id"><link rel="alternate" hreflang="en" href="${url}?lang=en">
<meta property="og:type" content="website"><meta property="og:url" content="${url}">
<meta property="og:title" content="${session.product.name}"><meta property="og:description" content="${preview}">
<meta property="og:locale" content="${texts.locale}"><meta property="og:locale:alternate" content="${sessionTexts[texts.other.language].locale}">
<meta property="og:image" content="${url}/picture.png"><meta property="og:image:type" content="image/png">
<meta property="og:image:width" content="${PICTURE.width}"><meta property="og:image:height" content="${PICTURE.height}">
<meta property="og:image:alt" content="${texts.sold(session.paidUnits, session.moq)}">
<meta name="twitter:card" content="summary_large_image">`
}
