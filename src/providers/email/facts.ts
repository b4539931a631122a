// laku relies on the facts in this file, which RFC 4954 documents for mail servers.

/**
 * The error codes by which a mail server refuses our login, or wants one; `eauth` and `enoauth` are the mail
 * client's own. No mail is sent until a person corrects the login, and each waiting mail stays as good as
 * before.
 */
export const LOGIN_REFUSED: readonly string[] = [
  'eauth',
  'enoauth',
  'smtp_530',
  'smtp_534',
  'smtp_535',
  'smtp_538',
]
