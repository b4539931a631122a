// laku relies on the facts in this file, which RFC 4954 documents for mail servers.

/**
 * The error codes by which a mail server refuses laku's login, or demands a login. `eauth` and `enoauth` come
 * from the mail client itself. The fault is in the login and not in the mails. So the mails are kept until a
 * person corrects the login.
 */
export const LOGIN_REFUSED: readonly string[] = [
  'eauth',
  'enoauth',
  'smtp_530',
  'smtp_534',
  'smtp_535',
  'smtp_538',
]
