import { defineErrors } from '../domain/kernel/index.ts'

/** The errors of the HTTP server itself, in contrast to those of the domains. */
export const httpErrors = defineErrors('http', {
  unauthorized: ['forbidden', 'Log in first: the access token is missing, wrong or expired.'],
  invalid: ['invalid', 'The request does not fit; see details.'],
  no_such_route: ['not_found', 'There is nothing at this address.'],
  body_too_large: ['invalid', 'The body is larger than 256 KiB.'],
  header_too_large: ['invalid', 'A header is longer than 4 KiB.'],
  too_slow: ['invalid', 'The request took longer to come than 30 s.'],
  unsupported_media_type: ['invalid', 'Send application/json.'],
  too_many_requests: ['limited', 'Too many requests; try again after the seconds in Retry-After.'],
  provider_unavailable: ['unavailable', 'A provider does not answer right now; nothing was lost, try again.'],
  provider_refused: ['unavailable', 'A provider refused this.'],
  internal: ['unavailable', 'Something went wrong here; nothing was changed.'],
})
