// Runs in the page, by Chromium itself: what a person would stumble over there. Its value is a list of sentences.
;(() => {
  const troubles = []
  const root = document.documentElement
  const named = (element) =>
    `${element.localName}${element.className ? `.${element.className}` : ''} "${element.textContent.trim().slice(0, 40)}"`

  if (root.scrollWidth > root.clientWidth)
    troubles.push(`scrolls sideways: ${root.scrollWidth} in ${root.clientWidth}`)
  if (!root.lang) troubles.push('has no language')
  if (document.title.trim() === '') troubles.push('has no title')
  if (document.querySelectorAll('h1').length !== 1) troubles.push('has not one h1')
  if (document.querySelectorAll('main').length !== 1) troubles.push('has not one main')
  if (!document.querySelector('meta[name=viewport]')) troubles.push('has no viewport')

  const channels = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number)
    return { r, g, b, a }
  }
  const linear = (c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4)
  const luminance = ({ r, g, b }) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
  const groundOf = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const ground = channels(getComputedStyle(at).backgroundColor)
      if (ground.a === 1) return ground
      if (ground.a > 0) throw new Error(`a ground that shines through at ${named(at)}`)
    }
    return { r: 255, g: 255, b: 255 }
  }

  // Where text may be: within the padding of what holds it.
  const roomOf = (box) => {
    const { left, right } = box.getBoundingClientRect()
    const { paddingLeft, paddingRight } = getComputedStyle(box)
    return [left + Number.parseFloat(paddingLeft) - 0.5, right - Number.parseFloat(paddingRight) + 0.5]
  }

  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) {
    const text = texts.currentNode
    const element = text.parentElement
    if (text.data.trim() === '' || ['STYLE', 'SCRIPT'].includes(element.tagName)) continue
    const style = getComputedStyle(element)
    const range = document.createRange()
    range.selectNodeContents(text)
    const [left, right] = roomOf(element.closest('section, header, p.note, main') ?? document.body)
    for (const box of range.getClientRects())
      if (box.left < left || box.right > right) troubles.push(`runs out of its box: ${named(element)}`)
    for (let at = element; at !== root; at = at.parentElement)
      if (getComputedStyle(at).overflowX !== 'visible' && at.scrollWidth > at.clientWidth)
        troubles.push(`is cut by ${named(at)}`)
    const [light, dark] = [luminance(channels(style.color)), luminance(groundOf(element))].sort(
      (a, b) => b - a,
    )
    const contrast = (light + 0.05) / (dark + 0.05)
    const size = Number.parseFloat(style.fontSize)
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
    if (contrast < (large ? 3 : 4.5))
      troubles.push(`has a contrast of ${contrast.toFixed(2)}: ${named(element)}`)
    if (size < 13) troubles.push(`is small, ${size} px: ${named(element)}`)
  }

  for (const target of document.querySelectorAll('a, button, input, select')) {
    const { width, height } = target.getBoundingClientRect()
    if (width < 44 || height < 44)
      troubles.push(`is hard to hit, ${Math.round(width)} by ${Math.round(height)}: ${named(target)}`)
  }
  return [...new Set(troubles)]
})()
