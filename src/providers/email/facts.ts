// laku relies on these facts that RFC 4954 documents of mail servers.

/**
 * The mail server refuses our login, or wants one; `eauth` and `enoauth` are the client's own words for it.
 * No mail goes until a person puts that right, and each is as good as before.
 */
export const LOGIN_REFUSED: readonly string[] = [
  'eauth',
  'enoauth',
  'smtp_530',
  'smtp_534',
  'smtp_535',
  'smtp_538',
]
