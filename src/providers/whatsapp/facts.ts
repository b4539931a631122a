// laku relies on the facts in this file, which Meta and Fonnte document. docs/providers.md gives the source,
// date and certainty of each fact under the same name.

/** meta.text-window: free text is accepted for this many hours after the recipient's last message. */
export const TEXT_WINDOW_H = 24

/**
 * meta.body-length: the largest number of characters in a message made from a template, parameters
 * included, and in a free text.
 */
export const TEMPLATE_BODY_LENGTH = 1024
export const TEXT_BODY_LENGTH = 4096

/** meta.code-length: the largest number of characters in a one-time code. */
export const CODE_LENGTH = 15

/**
 * meta.param-text: Meta refuses a parameter with a line break, a tab, or more than four spaces in a row. Meta
 * also refuses an empty parameter, which this pattern does not match.
 */
export const PARAM_UNFIT = /[\n\r\t]| {5,}/

/**
 * The reach of a refusal: the messages that are refused, and for how long.
 *
 * - `recipient`, `message`: this one message, for ever.
 * - `template`: all messages of this template, until it is corrected in the dashboard.
 * - `account`: all our messages, until the account is corrected.
 * - `transient`: the same message can be sent later.
 */
export type Reach = 'recipient' | 'message' | 'template' | 'account' | 'transient'

export interface Refusal {
  reach: Reach
  says: string
  /** The minimum number of seconds to wait before a message with a transient refusal is sent again. */
  retryAfterS?: number
}

const of = (reach: Reach, says: string, retryAfterS?: number): Refusal =>
  retryAfterS === undefined ? { reach, says } : { reach, says, retryAfterS }

const DAY_S = 86_400

/**
 * meta.refusals: the meaning of Meta's error numbers. Any other answer with HTTP 401 or 403 concerns the
 * account.
 */
const metaRefusals: Readonly<Record<string, Refusal>> = {
  0: of('account', 'the access token cannot be checked'),
  3: of('account', 'the app may not use this call'),
  10: of('account', 'the app has no permission'),
  33: of('account', 'the phone number of the business was deleted'),
  190: of('account', 'the access token has expired'),
  200: of('account', 'the app has no permission'),
  368: of('account', 'the account is blocked for a time, for breaking a policy'),
  131005: of('account', 'access is denied'),
  131031: of('account', 'the account is locked'),
  131037: of('account', 'the display name of the phone number is not approved'),
  131042: of('account', 'the payment of the account has a problem'),
  131045: of('account', 'the phone number is not registered'),
  131048: of('account', 'too many messages of this number were reported as spam'),
  131057: of('account', 'the account is under maintenance'),
  133000: of('account', 'the phone number was not completely removed before'),
  133006: of('account', 'the phone number has to be verified again'),
  133010: of('account', 'the phone number is not registered'),
  133015: of('account', 'the phone number was deleted a moment ago'),
  132000: of('template', 'the template expects a different number of parameters'),
  132001: of('template', 'the template does not exist in this language, or is not approved'),
  132007: of('template', 'the text of the template breaks a policy'),
  132015: of('template', 'the template is paused for low quality'),
  132016: of('template', 'the template is disabled for low quality'),
  102: of('account', 'the session of the access token has ended'),
  104: of('account', 'the app requires signed calls'),
  4: of('transient', 'too many calls of the app'),
  17: of('transient', 'too many calls of the user'),
  32: of('transient', 'too many calls of the page'),
  613: of('transient', 'too many calls of this kind'),
  80007: of('transient', 'too many calls of the account'),
  130429: of('transient', 'too many messages of the number'),
  131056: of('transient', 'too many messages to this recipient', 6),
  1: of('transient', 'a fault at Meta'),
  2: of('transient', 'Meta is temporarily down'),
  131000: of('transient', 'something went wrong at Meta'),
  131016: of('transient', 'a service of Meta is overloaded'),
  133016: of('transient', 'too many registrations of the number', 3600),
  133004: of('transient', 'a server of Meta is not available'),
  131049: of('transient', 'Meta does not deliver it: this person got too many messages of this kind', DAY_S),
  130472: of('recipient', 'Meta excludes this number from marketing messages, for an experiment'),
  130497: of('recipient', 'the account may not write to this country'),
  131021: of('recipient', 'the sender and the recipient are the same number'),
  131026: of('recipient', 'it cannot be delivered to this number'),
  131047: of('recipient', 'the recipient’s last message is older than 24 hours: only a template is allowed'),
  131050: of('recipient', 'this person has switched marketing messages off'),
  100: of('message', 'a field of the request is wrong'),
  131008: of('message', 'a parameter is missing'),
  131009: of('message', 'the value of a parameter is wrong'),
  131051: of('message', 'this type of message is not supported'),
  132005: of('message', 'the text with its parameters is too long'),
  132012: of('message', 'a parameter has the wrong form'),
  132018: of('message', 'a parameter is empty, or has line breaks, tabs or more than four spaces in a row'),
  135000: of('message', 'a parameter of the request is not known'),
}

/**
 * fonnte.refusals: the meaning of Fonnte's `reason`. laku turns each reason into a code: it keeps the words
 * made of letters, and joins them by `_`.
 */
const fonnteRefusals: Readonly<Record<string, Refusal>> = {
  disconnected_device: of('account', 'the device is not connected'),
  device_disconnected: of('account', 'the device is not connected'),
  token_invalid: of('account', 'the token is wrong'),
  invalid_token: of('account', 'the token is wrong'),
  unknown_user: of('account', 'the token is wrong'),
  unknown_token: of('account', 'the token is wrong'),
  invalid_device: of('account', 'the device is not known'),
  insufficient_quota: of('account', 'the quota of messages is used up'),
  quota_exceeded: of('account', 'the quota of messages is used up'),
  device_expired: of('account', 'the package of the device has ended'),
  account_suspended: of('account', 'the account or the device is blocked'),
  target_invalid: of('recipient', 'the number is wrong'),
  invalid_target: of('recipient', 'the number is wrong'),
  input_invalid: of('message', 'a field of the request is wrong'),
  invalid_empty_body_value: of('message', 'the text is empty'),
}

const refusals: Readonly<Record<string, Refusal>> = {
  ...metaRefusals,
  ...fonnteRefusals,
  // The code `template_unknown` is laku's own: laku has no text for the template. The code `refused` (Fonnte
  // gave no reason) is missing here on purpose. So the message is tried again, because the cause may be the
  // account and not the message.
  template_unknown: of('template', 'laku has no text for this template'),
}

/** meta.refusals: the error numbers that all mean that the app lacks a permission. */
const PERMISSION = /^2\d\d$/

/**
 * Returns the facts about a refusal of WhatsApp by its error code; undefined for a code that is not listed.
 */
export function refusalBy(code: string): Refusal | undefined {
  if (Object.hasOwn(refusals, code)) return refusals[code]
  return PERMISSION.test(code) ? refusals[200] : undefined
}

/**
 * fonnte.refusals: the words by which laku recognises the cause of Fonnte's refusal, since Fonnte's
 * sentences vary. The first match counts.
 */
const fonnteSubjects: readonly [words: RegExp, code: string][] = [
  [/target/, 'target_invalid'],
  [/quota|kuota|limit_reached/, 'insufficient_quota'],
  [/expired|kada?luwarsa|kadaluarsa|package|paket|subscription|trial/, 'device_expired'],
  [/token|unauthori[sz]ed/, 'token_invalid'],
  [/disconnect|not_connected|terputus|offline/, 'disconnected_device'],
  [/suspend|banned|block|blokir/, 'account_suspended'],
  [/device/, 'invalid_device'],
]

/**
 * Returns the listed error code for the words of Fonnte's refusal. If the words match no listed cause,
 * returns the words themselves.
 */
export function fonnteCode(words: string): string {
  if (refusalBy(words)) return words
  return fonnteSubjects.find(([subject]) => subject.test(words))?.[1] ?? words
}

const PLACE = /\{\{(\d+)\}\}/g

/** Counts the different placeholders in a template's body. */
export function placesIn(body: string): number {
  return new Set([...body.matchAll(PLACE)].map(([, place]) => place)).size
}

/**
 * Returns the reasons why Meta does not approve a template's body (meta.template-body); empty if there are
 * none.
 */
export function templateFaults(body: string): string[] {
  const places = [...body.matchAll(PLACE)].map(([, place]) => Number(place))
  const words = body.replaceAll(PLACE, ' ').match(/[\p{L}\p{N}]+/gu) ?? []
  const faults: [boolean, string][] = [
    [/^[^\p{L}\p{N}]*\{\{/u.test(body), 'it starts with a placeholder'],
    [/\}\}[^\p{L}\p{N}]*$/u.test(body), 'it ends with a placeholder'],
    [/\}\}[^\p{L}\p{N}]*\{\{/u.test(body), 'two placeholders are side by side'],
    [places.some((place, nth) => place !== nth + 1), 'its placeholders are not 1, 2, 3 … in order'],
    [words.length < 2 * places.length + 1, 'it has too few words for the number of its placeholders'],
    [body.length > TEMPLATE_BODY_LENGTH, `it has more than ${TEMPLATE_BODY_LENGTH} characters`],
    [/\n{3,}|\t| {5,}/.test(body), 'it has tabs, or several line breaks or spaces in a row'],
  ]
  return faults.flatMap(([is, why]) => (is ? [why] : []))
}
